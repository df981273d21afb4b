package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads a pickle, which is a program for a small stack machine, without being able to run
/// anything: what it names it gets from a [PickleContext] or not at all, and what it calls are the
/// few constructors of that context. Never recurses, and takes no more memory than the length of
/// the pickle justifies.
final class PickleMachine {
    /// Far above what weights and settings need, far below what makes a small compressed file slow.
    private static final int MAX_INSTRUCTIONS = 1 << 22;

    private static final int NEWEST_PROTOCOL = 5;

    private final Path file;
    private final String place;
    private final PickleInput input;
    private final PickleContext context;
    private final PickleStack stack = new PickleStack();
    private final Map<Long, Object> memo = new HashMap<>();
    private PickleOp current = PickleOp.STOP;

    /// @param place what part of the file it is, for messages
    /// @param from where in `bytes` the pickle begins
    PickleMachine(Path file, String place, MemorySegment bytes, long from, PickleContext context) {
        this.file = file;
        this.place = place;
        this.input = new PickleInput(bytes, from);
        this.context = context;
    }

    /// Reads up to the STOP instruction.
    ///
    /// @return the value, see [Pickled]
    Object load() {
        long at = input.position();
        try {
            for (int i = 0; i < MAX_INSTRUCTIONS; i++) {
                at = input.position();
                current = PickleOp.of(input.u8());
                if (current == PickleOp.STOP) {
                    return stack.pop();
                }
                current.run(this);
            }
            throw new PickleProblem("has more than " + MAX_INSTRUCTIONS + " instructions");
        } catch (PickleProblem e) {
            throw Sae4jException.in(
                    file, "%s, byte %d: %s".formatted(place, at, e.getMessage()), e);
        }
    }

    /// Where the next pickle begins, after [#load()].
    long end() {
        return input.position();
    }

    PickleInput input() {
        return input;
    }

    PickleStack stack() {
        return stack;
    }

    void push(Object value) {
        stack.push(value);
    }

    PickleProblem refusal() {
        return new PickleProblem(
                "has the instruction %s, which only files that run code need: nothing in a file is executed"
                        .formatted(current));
    }

    void protocol(int version) {
        if (version > NEWEST_PROTOCOL) {
            throw new PickleProblem(
                    "is written in pickle protocol %d; 0 to %d are read"
                            .formatted(version, NEWEST_PROTOCOL));
        }
    }

    /// A two's complement integer, lowest byte first.
    Object integer(long length) {
        if (length > PickleText.MAX_DIGITS / 2) {
            throw new PickleProblem("has a whole number of " + length + " bytes: too many");
        }
        byte[] little = input.bytes(length);
        byte[] big = new byte[little.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = little[big.length - 1 - i];
        }
        return big.length == 0 ? (Object) 0L : PickleText.narrow(new BigInteger(big));
    }

    void tuple(int size) {
        Object[] items = new Object[size];
        for (int i = size - 1; i >= 0; i--) {
            items[i] = stack.pop();
        }
        push(new Pickled.Tuple(List.of(items)));
    }

    void append(List<Object> items) {
        if (!(stack.top() instanceof ArrayList<?>)) {
            throw new PickleProblem("appends to " + Pickled.describe(stack.top()));
        }
        Pickled.sequence(stack.top(), "a list").addAll(items);
    }

    void addItems(List<Object> items) {
        if (!(stack.top() instanceof Pickled.Items set)) {
            throw new PickleProblem("adds to " + Pickled.describe(stack.top()));
        }
        if (!(set.items() instanceof ArrayList<Object> list)) {
            throw new PickleProblem("adds to a set that is complete");
        }
        list.addAll(items);
    }

    void dictionary(List<Object> keysAndValues) {
        push(new Pickled.Dict());
        setItems(keysAndValues);
    }

    void setItem() {
        Object value = stack.pop();
        Object key = stack.pop();
        setItems(List.of(key, value));
    }

    void setItems(List<Object> keysAndValues) {
        if (!(stack.top() instanceof Pickled.Dict dict)) {
            throw new PickleProblem("sets an item of " + Pickled.describe(stack.top()));
        }
        if (keysAndValues.size() % 2 != 0) {
            throw new PickleProblem("has a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    void popOrUnmark() {
        if (stack.isAtMark()) {
            stack.popToMark();
        } else {
            stack.pop();
        }
    }

    void remember(long index) {
        memo.put(index, stack.top());
    }

    void memoize() {
        remember(memo.size());
    }

    void recall(long index) {
        Object value = memo.get(index);
        if (value == null) {
            throw new PickleProblem("recalls memo " + index + ", which was never stored");
        }
        push(value);
    }

    void global(String module, String name) {
        push(context.global(module, name));
    }

    void stackGlobal() {
        if (stack.pop() instanceof String name && stack.pop() instanceof String module) {
            global(module, name);
        } else {
            throw new PickleProblem("names a class by something other than text");
        }
    }

    /// REDUCE calls a function, NEWOBJ makes an object of a class: here both build a value.
    void call() {
        Object arguments = stack.pop();
        Object callee = stack.pop();
        if (!(callee instanceof PickleContext.Constructor constructor)) {
            throw new PickleProblem("calls " + Pickled.describe(callee));
        }
        push(constructor.of(Pickled.sequence(arguments, "the list of arguments")));
    }

    /// Attributes of a dictionary, such as `_metadata` of a state dict, say nothing about weights.
    void build() {
        Object state = stack.pop();
        switch (stack.top()) {
            case Pickled.Dict dict when state instanceof Pickled.Dict -> {}
            case NumpyType type -> type.setState(state);
            default ->
                    throw new PickleProblem(
                            "sets the state of " + Pickled.describe(stack.top()) + ": not read");
        }
    }

    void persistent() {
        push(context.persistent(stack.pop()));
    }
}
