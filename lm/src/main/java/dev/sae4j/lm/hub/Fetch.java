package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Fetches the content of files: in parts, several at once, going on where an earlier attempt ended.
/// A file gets its name when all of it is there and its checksum is right.
final class Fetch {
    private final HubSettings settings;
    private final Http http;
    private final Problems problems;
    private final Semaphore connections;
    private final long smallestPart;

    /// @param smallestPart bytes; files up to this size come in one piece
    Fetch(HubSettings settings, Http http, long smallestPart) {
        this.settings = settings;
        this.http = http;
        this.problems = new Problems(settings);
        this.connections = new Semaphore(settings.connections());
        this.smallestPart = smallestPart;
    }

    /// Sees to it that a file is in its place.
    ///
    /// @param id of the file, at a commit
    void into(Place place, HubId id, URI uri, HubFile file, Meter meter) {
        if (!file.isCheckable()) {
            throw Problems.problem(
                    Kind.SERVER,
                    id,
                    "comes without a checksum that is known here (ETag '%s'): is HF_ENDPOINT a hub?"
                            .formatted(file.etag().replaceAll("[^A-Za-z0-9._-]", "?")));
        }
        try {
            Files.createDirectories(place.target().getParent());
            Files.createDirectories(place.incomplete().getParent());
            try (BlobLock _ = BlobLock.hold(place.lock())) {
                if (isThere(place.target(), file)) {
                    meter.add(file.size());
                } else {
                    fetch(place, new Source(id, uri, file), meter);
                }
            }
        } catch (IOException e) {
            throw cannotWrite(id, e);
        } catch (InterruptedException e) {
            throw Problems.stopped(id.toString(), e);
        }
    }

    static boolean isThere(Path target, HubFile file) throws IOException {
        return Files.isRegularFile(target) && Files.size(target) == file.size();
    }

    /// Where content comes from.
    private record Source(HubId id, URI uri, HubFile file) {}

    private void fetch(Place place, Source source, Meter meter) throws IOException {
        HubFile file = source.file;
        try (Partial partial = Partial.open(place.incomplete(), file.size(), smallestPart)) {
            meter.add(partial.done());
            String found = attempt(source, partial, meter);
            if (!found.equals(file.etag())) {
                meter.note("%s came with a wrong checksum: once more".formatted(file.path()));
                meter.add(-partial.done());
                partial.restart();
                found = attempt(source, partial, meter);
            }
            if (!found.equals(file.etag())) {
                partial.restart();
                throw Problems.problem(
                        Kind.CORRUPT,
                        source.id,
                        "came with the checksum %s, twice, where %s was published: something on the way changes it; nothing of it was kept"
                                .formatted(found, file.etag()));
            }
            partial.sync();
            partial.complete();
        }
        Files.move(
                place.incomplete(),
                place.target(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// Fetches what is missing; gives the checksum of all.
    private String attempt(Source source, Partial partial, Meter meter) throws IOException {
        List<Callable<@Nullable Void>> parts = new ArrayList<>();
        for (int i = 0; i < partial.parts(); i++) {
            int part = i;
            if (partial.done(part) < partial.length(part)) {
                parts.add(() -> {
                    part(source, partial, part, meter);
                    return null;
                });
            }
        }
        try {
            Together.run(source.id.toString(), parts, settings.connections());
        } catch (RangesIgnored e) {
            meter.note(
                    "%s: the server sends whole files only, so it comes over one connection"
                            .formatted(source.file.path()));
            stretch(source, partial, new Stretch(0, partial.size(), false), meter);
        }
        return Digests.like(source.file, partial.file());
    }

    private void part(Source source, Partial partial, int part, Meter meter) {
        long from = partial.begin(part);
        stretch(source, partial, new Stretch(from, from + partial.length(part), true), meter);
    }

    /// Bytes of a file.
    ///
    /// @param from first byte
    /// @param end behind the last byte
    /// @param mayRange true if the server may be asked for some bytes of a file
    private record Stretch(long from, long end, boolean mayRange) {}

    private void stretch(Source source, Partial partial, Stretch stretch, Meter meter) {
        Retry retry = http.retry();
        try {
            while (true) {
                long before = partial.done(stretch.from, stretch.end);
                if (before == stretch.end - stretch.from) {
                    return;
                }
                Optional<Duration> asked = Optional.empty();
                IOException failure = new IOException("it ended early");
                Answer<RangeSink.End> answer = null;
                try {
                    answer = ask(source, partial, stretch, meter);
                    asked = check(source, answer);
                } catch (IOException e) {
                    failure = e;
                    if (!Problems.isPassing(e)) {
                        throw Problems.noAnswer(source.id.toString(), source.uri, e, 1);
                    }
                }
                long now = partial.done(stretch.from, stretch.end);
                if (now > before) {
                    retry.progressed();
                }
                if (now < stretch.end - stretch.from && !retry.another(asked)) {
                    throw answer == null || answer.isSuccess()
                            ? Problems.noAnswer(
                                    source.id.toString(), source.uri, failure, retry.failed())
                            : problems.of(answer, source.id, source.file.path());
                }
            }
        } catch (InterruptedException e) {
            throw Problems.stopped(source.id.toString(), e);
        }
    }

    private Answer<RangeSink.End> ask(Source source, Partial partial, Stretch stretch, Meter meter)
            throws IOException, InterruptedException {
        long missing = partial.firstMissing(stretch.from);
        boolean ranged = stretch.mayRange && (partial.parts() > 1 || missing > stretch.from);
        long from = ranged ? missing : stretch.from;
        Call call = Call.get(source.uri);
        if (ranged) {
            call = call.header("Range", "bytes=%d-%d".formatted(from, stretch.end - 1));
        }
        connections.acquire();
        try (var sink =
                RangeSink.of(
                        partial,
                        meter,
                        from,
                        stretch.end,
                        ranged,
                        e -> cannotWrite(source.id, e))) {
            return http.once(call, sink);
        } finally {
            connections.release();
        }
    }

    /// Throws what cannot pass; gives how long to wait for what can.
    private Optional<Duration> check(Source source, Answer<RangeSink.End> answer) {
        if (answer.body() == RangeSink.End.RANGE_IGNORED) {
            throw new RangesIgnored();
        }
        if (answer.body() == RangeSink.End.ANOTHER_FILE) {
            throw Problems.problem(
                    Kind.CORRUPT,
                    source.id,
                    "has %d bytes as it was published, but the server sends another size: run the command again later"
                            .formatted(source.file.size()));
        }
        // A signed address of another host may have run out: the hub gives a new one.
        boolean signedOut = answer.status() == 403 && answer.hops().size() > 1;
        if (!answer.isSuccess() && !Retry.isPassing(answer.status()) && !signedOut) {
            throw problems.of(answer, source.id, "file '%s'".formatted(source.file.path()));
        }
        return Retry.asked(answer, http.clock().instant());
    }

    private static HubException cannotWrite(HubId id, IOException e) {
        return Problems.isDiskFull(e)
                ? new HubException(
                        Kind.DISK,
                        "[%s] the disk is full: what has come is kept; free some space, then run the same command again"
                                .formatted(id),
                        e)
                : new HubException(Kind.DISK, "[%s] cannot be written: %s".formatted(id, e), e);
    }

    /// The server does not know ranges.
    private static final class RangesIgnored extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
