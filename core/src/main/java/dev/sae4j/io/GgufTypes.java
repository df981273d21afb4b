package dev.sae4j.io;

import java.util.Map;

/// The numbers of tensor types in GGUF files.
final class GgufTypes {
    private static final Map<Integer, DType> KNOWN =
            Map.ofEntries(
                    Map.entry(0, DType.F32),
                    Map.entry(1, DType.F16),
                    Map.entry(2, DType.Q4_0),
                    Map.entry(3, DType.Q4_1),
                    Map.entry(6, DType.Q5_0),
                    Map.entry(7, DType.Q5_1),
                    Map.entry(8, DType.Q8_0),
                    Map.entry(10, DType.Q2_K),
                    Map.entry(11, DType.Q3_K),
                    Map.entry(12, DType.Q4_K),
                    Map.entry(13, DType.Q5_K),
                    Map.entry(14, DType.Q6_K),
                    Map.entry(15, DType.Q8_K),
                    Map.entry(20, DType.IQ4_NL),
                    Map.entry(23, DType.IQ4_XS),
                    Map.entry(24, DType.I8),
                    Map.entry(25, DType.I16),
                    Map.entry(26, DType.I32),
                    Map.entry(27, DType.I64),
                    Map.entry(28, DType.F64),
                    Map.entry(30, DType.BF16));

    /// Names of the types that are not read, for messages.
    private static final Map<Integer, String> OTHERS =
            Map.ofEntries(
                    Map.entry(4, "Q4_2"),
                    Map.entry(5, "Q4_3"),
                    Map.entry(9, "Q8_1"),
                    Map.entry(16, "IQ2_XXS"),
                    Map.entry(17, "IQ2_XS"),
                    Map.entry(18, "IQ3_XXS"),
                    Map.entry(19, "IQ1_S"),
                    Map.entry(21, "IQ3_S"),
                    Map.entry(22, "IQ2_S"),
                    Map.entry(29, "IQ1_M"),
                    Map.entry(34, "TQ1_0"),
                    Map.entry(35, "TQ2_0"),
                    Map.entry(39, "MXFP4"),
                    Map.entry(40, "NVFP4"));

    private GgufTypes() {}

    static DType dtype(GgufReader in, String tensor, int number) {
        DType known = KNOWN.get(number);
        if (known == null) {
            throw in.bad(
                    "tensor '%s' has type %s (%s), which is not read: use a file with %s"
                            .formatted(
                                    tensor,
                                    OTHERS.getOrDefault(number, "unknown"),
                                    Integer.toUnsignedString(number),
                                    "F16, BF16, Q8_0, Q6_K or Q4_K tensors"));
        }
        return known;
    }
}
