package dev.sae4j.lm.chat;

import java.util.Map;

/// A value with fields: `loop`, or a `namespace`, whose fields may be set.
record Fields(Map<String, Object> values) {}
