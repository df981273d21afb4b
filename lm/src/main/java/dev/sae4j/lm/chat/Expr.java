package dev.sae4j.lm.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An expression of a template.
sealed interface Expr {
    /// A constant.
    record Literal(Object value) implements Expr {}

    /// A variable.
    record Name(String name, int line) implements Expr {}

    /// `[a, b]` and `(a, b)`.
    record Items(List<Expr> items) implements Expr {}

    /// `{'a': 1}`.
    record Pairs(List<Expr> keys, List<Expr> values) implements Expr {}

    /// `of.name`
    record Attribute(Expr of, String name, int line) implements Expr {}

    /// `of[key]`
    record Item(Expr of, Expr key, int line) implements Expr {}

    /// `of[from:to:step]`
    record Slice(Expr of, @Nullable Expr from, @Nullable Expr to, @Nullable Expr step, int line)
            implements Expr {}

    /// What stands in the brackets of a call.
    record Arguments(List<Expr> list, Map<String, Expr> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }

    /// `of(..)`
    record Call(Expr of, Arguments arguments, int line) implements Expr {}

    /// `of | name(..)`
    record Filter(Expr of, String name, Arguments arguments, int line) implements Expr {}

    /// `of is name(..)`
    record Test(Expr of, String name, Arguments arguments, int line) implements Expr {}

    /// `not`, `-` or `+` in front.
    record Unary(String operator, Expr of, int line) implements Expr {}

    /// Two operands; `and` and `or` give one of them.
    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    /// `a < b <= c`: true if every comparison is.
    record Compare(Expr first, List<String> operators, List<Expr> others, int line)
            implements Expr {}

    /// `then if condition else otherwise`; without `otherwise` undefined.
    record Choice(Expr condition, Expr then, @Nullable Expr otherwise) implements Expr {}
}
