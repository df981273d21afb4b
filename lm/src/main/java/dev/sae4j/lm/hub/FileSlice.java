package dev.sae4j.lm.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/// Bytes of a file that go out, counted; what an attempt that failed has counted is taken back by
/// the next.
final class FileSlice {
    private final Path file;
    private final long from;
    private final long length;
    private final Meter meter;
    private final AtomicLong counted = new AtomicLong();

    FileSlice(Path file, long from, long length, Meter meter) {
        this.file = file;
        this.from = from;
        this.length = length;
        this.meter = meter;
    }

    /// The body of one attempt.
    BodyPublisher publisher(Activity activity) {
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> open(activity)), length);
    }

    private InputStream open(Activity activity) {
        meter.add(-counted.getAndSet(0));
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ).position(from);
            return new Counted(Channels.newInputStream(channel), activity);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Counted extends FilterInputStream {
        private final Activity activity;
        private long left = length;

        Counted(InputStream in, Activity activity) {
            super(in);
            this.activity = activity;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = super.read(bytes, offset, (int) Math.min(count, left));
            if (n > 0) {
                left -= n;
                activity.moved();
                counted.addAndGet(n);
                meter.add(n);
            }
            return n;
        }
    }
}
