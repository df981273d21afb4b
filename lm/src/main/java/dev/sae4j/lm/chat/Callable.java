package dev.sae4j.lm.chat;

import java.util.List;
import java.util.Map;

/// A function, a method of a value or a macro.
interface Callable {
    /// @throws TemplateException or IllegalArgumentException if the arguments do not fit
    Object call(List<Object> list, Map<String, Object> named);
}
