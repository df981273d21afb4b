package dev.sae4j.io;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The instructions of pickle protocols 0 to 5, by Python's names for them, and what each does.
enum PickleOp {
    PROTO(0x80, m -> m.protocol(m.input().u8())),
    FRAME(0x95, m -> m.input().frame(m.input().i64())),
    STOP('.', m -> {}),

    NONE('N', m -> m.push(Pickled.None.NONE)),
    NEWTRUE(0x88, m -> m.push(true)),
    NEWFALSE(0x89, m -> m.push(false)),
    INT('I', m -> m.push(PickleText.integerOrBoolean(m.input().line()))),
    LONG('L', m -> m.push(PickleText.integer(m.input().line()))),
    BININT('J', m -> m.push((long) m.input().i32())),
    BININT1('K', m -> m.push((long) m.input().u8())),
    BININT2('M', m -> m.push((long) m.input().u16())),
    LONG1(0x8a, m -> m.push(m.integer(m.input().u8()))),
    LONG4(0x8b, m -> m.push(m.integer(m.input().i32()))),
    FLOAT('F', m -> m.push(PickleText.number(m.input().line()))),
    BINFLOAT('G', m -> m.push(m.input().f64())),

    STRING('S', m -> m.push(PickleText.quoted(m.input().line()))),
    BINSTRING('T', m -> m.push(m.input().textOrBytes(m.input().i32()))),
    SHORT_BINSTRING('U', m -> m.push(m.input().textOrBytes(m.input().u8()))),
    UNICODE('V', m -> m.push(PickleText.rawUnicode(m.input().line()))),
    SHORT_BINUNICODE(0x8c, m -> m.push(m.input().text(m.input().u8()))),
    BINUNICODE('X', m -> m.push(m.input().text(m.input().u32()))),
    BINUNICODE8(0x8d, m -> m.push(m.input().text(m.input().i64()))),
    SHORT_BINBYTES('C', m -> m.push(m.input().bytes(m.input().u8()))),
    BINBYTES('B', m -> m.push(m.input().bytes(m.input().u32()))),
    BINBYTES8(0x8e, m -> m.push(m.input().bytes(m.input().i64()))),
    BYTEARRAY8(0x96, m -> m.push(m.input().bytes(m.input().i64()))),

    EMPTY_LIST(']', m -> m.push(new ArrayList<>())),
    LIST('l', m -> m.push(m.stack().popToMark())),
    APPEND('a', m -> m.append(List.of(m.stack().pop()))),
    APPENDS('e', m -> m.append(m.stack().popToMark())),
    EMPTY_TUPLE(')', m -> m.push(new Pickled.Tuple(List.of()))),
    TUPLE('t', m -> m.push(new Pickled.Tuple(m.stack().popToMark()))),
    TUPLE1(0x85, m -> m.tuple(1)),
    TUPLE2(0x86, m -> m.tuple(2)),
    TUPLE3(0x87, m -> m.tuple(3)),
    EMPTY_DICT('}', m -> m.push(new Pickled.Dict())),
    DICT('d', m -> m.dictionary(m.stack().popToMark())),
    SETITEM('s', m -> m.setItem()),
    SETITEMS('u', m -> m.setItems(m.stack().popToMark())),
    EMPTY_SET(0x8f, m -> m.push(new Pickled.Items(new ArrayList<>()))),
    ADDITEMS(0x90, m -> m.addItems(m.stack().popToMark())),
    FROZENSET(0x91, m -> m.push(new Pickled.Items(m.stack().popToMark()))),

    MARK('(', m -> m.stack().mark()),
    POP('0', m -> m.popOrUnmark()),
    POP_MARK('1', m -> m.stack().popToMark()),
    DUP('2', m -> m.push(m.stack().top())),
    GET('g', m -> m.recall(PickleText.index(m.input().line()))),
    BINGET('h', m -> m.recall(m.input().u8())),
    LONG_BINGET('j', m -> m.recall(m.input().u32())),
    PUT('p', m -> m.remember(PickleText.index(m.input().line()))),
    BINPUT('q', m -> m.remember(m.input().u8())),
    LONG_BINPUT('r', m -> m.remember(m.input().u32())),
    MEMOIZE(0x94, m -> m.memoize()),

    GLOBAL('c', m -> m.global(m.input().line(), m.input().line())),
    STACK_GLOBAL(0x93, m -> m.stackGlobal()),
    REDUCE('R', m -> m.call()),
    NEWOBJ(0x81, m -> m.call()),
    BUILD('b', m -> m.build()),
    BINPERSID('Q', m -> m.persistent()),

    PERSID('P', PickleOp::refuse),
    INST('i', PickleOp::refuse),
    OBJ('o', PickleOp::refuse),
    NEWOBJ_EX(0x92, PickleOp::refuse),
    EXT1(0x82, PickleOp::refuse),
    EXT2(0x83, PickleOp::refuse),
    EXT4(0x84, PickleOp::refuse),
    NEXT_BUFFER(0x97, PickleOp::refuse),
    READONLY_BUFFER(0x98, PickleOp::refuse);

    private static final @Nullable PickleOp[] BY_CODE = new PickleOp[256];

    static {
        for (PickleOp op : values()) {
            BY_CODE[op.code] = op;
        }
    }

    private final int code;

    @SuppressWarnings("ImmutableEnumChecker") // the actions above capture nothing
    private final Consumer<PickleMachine> action;

    PickleOp(int code, Consumer<PickleMachine> action) {
        this.code = code;
        this.action = action;
    }

    /// @throws PickleProblem if there is no such instruction
    static PickleOp of(int code) {
        PickleOp op = BY_CODE[code];
        if (op == null) {
            throw new PickleProblem("has no instruction " + code + ": damaged");
        }
        return op;
    }

    private static void refuse(PickleMachine machine) {
        throw machine.refusal();
    }

    void run(PickleMachine machine) {
        action.accept(machine);
    }
}
