package dev.sae4j.features;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 of what a book was made from, so that a book of another SAE is recognised.
final class Fingerprint {
    private final MessageDigest digest;
    private byte[] bytes = new byte[0];

    Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Of an SAE: sizes, architecture, then per feature its encoder row, decoder row, then both
    /// biases and the vectors of its activation, as little-endian float32 whatever the file's type.
    static String of(Sae sae) {
        var print = new Fingerprint();
        int d = sae.config().dIn();
        int f = sae.config().dSae();
        print.add("%s %d %d".formatted(sae.config().architecture(), d, f));
        float[] rows = new float[d + sae.config().dOut()];
        for (int i = 0; i < f; i++) {
            sae.weights().encoder().read(i, rows, 0);
            sae.weights().decoder().read(i, rows, d);
            print.add(rows);
        }
        print.add(sae.weights().encoderBias());
        print.add(sae.weights().decoderBias());
        switch (sae.config().activation()) {
            case Activation.JumpRelu(float[] threshold) -> print.add(threshold);
            case Activation.Gated(float[] gate, float[] scale, float[] magnitude) -> {
                print.add(gate);
                print.add(scale);
                print.add(magnitude);
            }
            case Activation.BatchTopK(double _, Float threshold) when threshold != null ->
                    print.add(new float[] {threshold});
            default -> {}
        }
        return print.hex();
    }

    /// Adds document, position and token of each row of a corpus.
    void add(ActivationBatch batch) {
        ByteBuffer buffer = buffer(batch.rows() * 12);
        for (int r = 0; r < batch.rows(); r++) {
            buffer.putInt(batch.document()[r]);
            buffer.putInt(batch.position()[r]);
            buffer.putInt(batch.token()[r]);
        }
        digest.update(bytes, 0, batch.rows() * 12);
    }

    private void add(String text) {
        digest.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void add(float[] values) {
        buffer(values.length * 4).asFloatBuffer().put(values);
        digest.update(bytes, 0, values.length * 4);
    }

    private ByteBuffer buffer(int size) {
        if (bytes.length < size) {
            bytes = new byte[size];
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
