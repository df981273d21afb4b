package dev.sae4j.io;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The element types that checkpoints can have here.
///
/// @param dtype the type
/// @param torchName torch's name for it
/// @param storageClass torch's class of storages of it; null for the younger types, which torch
///     keeps in `UntypedStorage`
record TorchDType(DType dtype, String torchName, @Nullable String storageClass) {
    /// All of them.
    static final List<TorchDType> ALL =
            List.of(
                    new TorchDType(DType.F64, "float64", "DoubleStorage"),
                    new TorchDType(DType.F32, "float32", "FloatStorage"),
                    new TorchDType(DType.F16, "float16", "HalfStorage"),
                    new TorchDType(DType.BF16, "bfloat16", "BFloat16Storage"),
                    new TorchDType(DType.I64, "int64", "LongStorage"),
                    new TorchDType(DType.I32, "int32", "IntStorage"),
                    new TorchDType(DType.I16, "int16", "ShortStorage"),
                    new TorchDType(DType.I8, "int8", "CharStorage"),
                    new TorchDType(DType.U8, "uint8", "ByteStorage"),
                    new TorchDType(DType.BOOL, "bool", "BoolStorage"),
                    new TorchDType(DType.C64, "complex64", "ComplexFloatStorage"),
                    new TorchDType(DType.C128, "complex128", "ComplexDoubleStorage"),
                    new TorchDType(DType.C32, "complex32", null),
                    new TorchDType(DType.F8_E4M3, "float8_e4m3fn", null),
                    new TorchDType(DType.F8_E5M2, "float8_e5m2", null),
                    new TorchDType(DType.F8_E4M3FNUZ, "float8_e4m3fnuz", null),
                    new TorchDType(DType.F8_E5M2FNUZ, "float8_e5m2fnuz", null),
                    new TorchDType(DType.F8_E8M0, "float8_e8m0fnu", null),
                    new TorchDType(DType.U64, "uint64", null),
                    new TorchDType(DType.U32, "uint32", null),
                    new TorchDType(DType.U16, "uint16", null));

    /// Types of torch that can be named as values, but of which no tensors are read.
    static final List<String> OTHERS =
            List.of("float4_e2m1fn_x2", "qint8", "quint8", "qint32", "quint4x2", "quint2x4");

    /// Null for the quantised types of GGUF.
    static @Nullable TorchDType of(DType dtype) {
        return ALL.stream().filter(t -> t.dtype() == dtype).findFirst().orElse(null);
    }
}
