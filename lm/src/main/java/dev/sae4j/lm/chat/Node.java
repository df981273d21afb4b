package dev.sae4j.lm.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a template that is rendered.
sealed interface Node {
    /// Text as it stands.
    record Text(String text) implements Node {}

    /// `{{ value }}`
    record Print(Expr value) implements Node {}

    /// A condition and what it leads to; null for `else`.
    record Branch(@Nullable Expr condition, List<Node> body) {}

    /// `{% if %}`
    record If(List<Branch> branches) implements Node {}

    /// `{% for names in items if condition %}`
    record For(
            List<String> names,
            Expr items,
            @Nullable Expr condition,
            List<Node> body,
            List<Node> otherwise,
            int line)
            implements Node {}

    /// `{% set names = value %}`; with a field, `{% set name.field = value %}`.
    record Set(List<String> names, @Nullable String field, Expr value, int line) implements Node {}

    /// `{% set name %}text{% endset %}`
    record SetText(String name, List<Node> body) implements Node {}

    /// A parameter of a macro; without default, undefined.
    record Parameter(String name, @Nullable Expr usual) {}

    /// `{% macro name(parameters) %}`
    record Macro(String name, List<Parameter> parameters, List<Node> body) implements Node {}

    /// `{% break %}`, `{% continue %}`
    record Jump(boolean out) implements Node {}

    /// Tags that change nothing around what they hold, such as `{% generation %}`.
    record Group(List<Node> body) implements Node {}
}
