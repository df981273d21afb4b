package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Renders a template once.
final class Renderer {
    private static final int MAX_OUTPUT = 64 << 20;
    private static final int MAX_CALLS = 50;

    private final Evaluator evaluator = new Evaluator();
    private final Scope globals;
    private int calls;

    /// Where rendering goes on behind a node.
    private enum Next {
        NODE,
        ROUND,
        LOOP_END
    }

    Renderer(Scope globals) {
        this.globals = globals;
    }

    String render(List<Node> nodes) {
        var out = new StringBuilder();
        run(nodes, globals, out);
        return out.toString();
    }

    private Next run(List<Node> nodes, Scope scope, StringBuilder out) {
        for (Node node : nodes) {
            Next next = run(node, scope, out);
            if (next != Next.NODE) {
                return next;
            }
        }
        return Next.NODE;
    }

    private Next run(Node node, Scope scope, StringBuilder out) {
        evaluator.step(1);
        switch (node) {
            case Node.Text text -> write(text.text(), out);
            case Node.Print print ->
                    write(PythonText.str(evaluator.value(print.value(), scope)), out);
            case Node.If choice -> {
                return choose(choice, scope, out);
            }
            case Node.For loop -> loop(loop, scope, out);
            case Node.Set set -> set(set, scope);
            case Node.SetText set -> {
                var text = new StringBuilder();
                run(set.body(), new Scope(scope), text);
                scope.set(set.name(), text.toString());
            }
            case Node.Macro macro ->
                    scope.set(macro.name(), (Callable) (list, named) -> call(macro, list, named));
            case Node.Jump jump -> {
                return jump.out() ? Next.LOOP_END : Next.ROUND;
            }
            case Node.Group group -> {
                return run(group.body(), scope, out);
            }
        }
        return Next.NODE;
    }

    private void write(String text, StringBuilder out) {
        if (out.length() + (long) text.length() > MAX_OUTPUT) {
            throw new TemplateException("the chat template writes more than 64 MiB");
        }
        evaluator.step(text.length() / 64);
        out.append(text);
    }

    private Next choose(Node.If choice, Scope scope, StringBuilder out) {
        for (Node.Branch branch : choice.branches()) {
            Expr condition = branch.condition();
            if (condition == null || Values.isTrue(evaluator.value(condition, scope))) {
                return run(branch.body(), scope, out);
            }
        }
        return Next.NODE;
    }

    /// As in Jinja, `else` is for a loop of which no round came to its end: `continue` and `break` are
    /// none.
    private void loop(Node.For loop, Scope outer, StringBuilder out) {
        List<Object> items = items(loop, outer);
        boolean otherwise = true;
        for (int i = 0; i < items.size(); i++) {
            evaluator.step(1);
            var scope = new Scope(outer);
            assign(loop.names(), items.get(i), scope, loop.line());
            scope.set("loop", place(items, i));
            Next next = run(loop.body(), scope, out);
            otherwise &= next != Next.NODE;
            if (next == Next.LOOP_END) {
                break;
            }
        }
        if (otherwise) {
            run(loop.otherwise(), outer, out);
        }
    }

    private List<Object> items(Node.For loop, Scope outer) {
        List<Object> all;
        try {
            all = Values.items(evaluator.value(loop.items(), outer));
        } catch (IllegalArgumentException e) {
            throw TemplateException.at(loop.line(), String.valueOf(e.getMessage()));
        }
        evaluator.step(all.size() / 8);
        Expr condition = loop.condition();
        if (condition == null) {
            return all;
        }
        List<Object> items = new ArrayList<>();
        for (Object item : all) {
            var scope = new Scope(outer);
            assign(loop.names(), item, scope, loop.line());
            if (Values.isTrue(evaluator.value(condition, scope))) {
                items.add(item);
            }
        }
        return items;
    }

    private static Fields place(List<Object> items, int i) {
        int n = items.size();
        Map<String, Object> loop = new HashMap<>();
        loop.put("index", i + 1L);
        loop.put("index0", (long) i);
        loop.put("revindex", (long) n - i);
        loop.put("revindex0", n - i - 1L);
        loop.put("first", i == 0);
        loop.put("last", i == n - 1);
        loop.put("length", (long) n);
        loop.put("previtem", i == 0 ? Absent.UNDEFINED : items.get(i - 1));
        loop.put("nextitem", i == n - 1 ? Absent.UNDEFINED : items.get(i + 1));
        return new Fields(loop);
    }

    private static void assign(List<String> names, Object value, Scope scope, int line) {
        if (names.size() == 1) {
            scope.set(names.getFirst(), value);
            return;
        }
        if (!(value instanceof List<?> parts) || parts.size() != names.size()) {
            throw TemplateException.at(
                    line, "%d names, but not as many values".formatted(names.size()));
        }
        for (int i = 0; i < names.size(); i++) {
            scope.set(names.get(i), parts.get(i));
        }
    }

    private void set(Node.Set set, Scope scope) {
        Object value = evaluator.value(set.value(), scope);
        if (set.field() == null) {
            assign(set.names(), value, scope, set.line());
        } else if (scope.get(set.names().getFirst()) instanceof Fields fields) {
            fields.values().put(set.field(), value);
        } else {
            throw TemplateException.at(
                    set.line(), "'%s' is not a namespace".formatted(set.names().getFirst()));
        }
    }

    private Object call(Node.Macro macro, List<Object> list, Map<String, Object> named) {
        if (list.size() > macro.parameters().size()) {
            throw new IllegalArgumentException(
                    "macro '%s' takes %d arguments, not %d"
                            .formatted(macro.name(), macro.parameters().size(), list.size()));
        }
        if (++calls > MAX_CALLS) {
            throw new TemplateException("macros call each other too deep");
        }
        var scope = new Scope(globals);
        for (int i = 0; i < macro.parameters().size(); i++) {
            Node.Parameter parameter = macro.parameters().get(i);
            Expr usual = parameter.usual();
            Object value = i < list.size() ? list.get(i) : named.get(parameter.name());
            if (value == null) {
                value = usual == null ? Absent.UNDEFINED : evaluator.value(usual, scope);
            }
            scope.set(parameter.name(), value);
        }
        var out = new StringBuilder();
        run(macro.body(), scope, out);
        calls--;
        return out.toString();
    }
}
