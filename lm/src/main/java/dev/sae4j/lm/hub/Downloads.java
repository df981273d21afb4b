package dev.sae4j.lm.hub;

import static java.util.Objects.requireNonNull;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.lm.hub.HubException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Brings files of one commit into the cache, or as plain files into a folder.
final class Downloads {
    private final HubSettings settings;
    private final HubCache cache;
    private final HubId id; // at the commit
    private final Supplier<Fetch> fetch;
    private final Supplier<HubApi> api;

    Downloads(
            HubSettings settings,
            HubCache cache,
            HubId id,
            Supplier<Fetch> fetch,
            Supplier<HubApi> api) {
        this.settings = settings;
        this.cache = cache;
        this.id = id;
        this.fetch = fetch;
        this.api = api;
    }

    private String commit() {
        return id.revision();
    }

    /// Sees to it that files are in the cache.
    List<Path> toCache(List<HubFile> files, HubListener listener) {
        List<HubFile> absent = files.stream().filter(f -> !cache.has(commit(), f)).toList();
        requireOnline(absent);
        requireRoom(absent, cache.folder(), f -> cache.place(f));
        Meter meter = new Meter(listener, size(files));
        meter.add(size(files) - size(absent));
        if (!absent.isEmpty()) {
            Fetch fetching = fetch.get();
            run(
                    absent,
                    file -> {
                        boolean fresh = !Files.exists(cache.blob(file));
                        get(fetching, cache.place(file), file, meter);
                        cache.link(commit(), file, fresh);
                    });
        }
        return files.stream().map(f -> cache.snapshot(commit()).resolve(f.path())).toList();
    }

    /// Sees to it that files are in a folder, by their paths below that of the id.
    List<Path> toFolder(List<HubFile> files, Path folder, HubListener listener) {
        List<HubFile> absent = new ArrayList<>();
        for (HubFile file : files) {
            Path target = folder.resolve(inFolder(file));
            if (!Files.exists(target)) {
                absent.add(file);
            } else if (!isSame(file, target)) {
                throw Sae4jException.in(
                        target,
                        "exists and is not the file of %s: move it away or choose another folder"
                                .formatted(id));
            }
        }
        List<HubFile> remote = absent.stream().filter(f -> source(f) == null).toList();
        requireOnline(remote);
        requireRoom(absent, folder, f -> place(folder, f));
        Meter meter = new Meter(listener, size(files));
        meter.add(size(files) - size(absent));
        @Nullable Fetch fetching = remote.isEmpty() ? null : fetch.get();
        run(
                absent,
                file -> {
                    Path target = folder.resolve(inFolder(file));
                    requireInside(folder, target);
                    Path cached = source(file);
                    if (cached != null) {
                        copy(cached, target);
                        meter.add(file.size());
                    } else if (fetching != null) {
                        get(fetching, place(folder, file), file, meter);
                    }
                });
        clean(folder);
        return files.stream().map(f -> folder.resolve(inFolder(f))).toList();
    }

    private void get(Fetch fetching, Place place, HubFile file, Meter meter) {
        HubId of = id.at(file.path());
        fetching.into(place, of, api.get().resolve(of), file, meter);
    }

    /// Side by side, but files of the same content one after the other.
    private void run(List<HubFile> files, Consumer<HubFile> action) {
        var byContent =
                files.stream()
                        .collect(
                                Collectors.groupingBy(
                                        HubFile::etag, LinkedHashMap::new, Collectors.toList()));
        List<Callable<@Nullable Void>> tasks = new ArrayList<>();
        for (List<HubFile> same : byContent.values()) {
            tasks.add(() -> {
                same.forEach(action);
                return null;
            });
        }
        Together.run(id.toString(), tasks, settings.connections());
    }

    private static long size(List<HubFile> files) {
        return files.stream().mapToLong(HubFile::size).sum();
    }

    private void requireOnline(List<HubFile> absent) {
        if (settings.offline() && !absent.isEmpty()) {
            throw Problems.problem(
                    Kind.OFFLINE,
                    id,
                    "lacks %d of the files that are needed in the cache (%s%s), and HF_HUB_OFFLINE forbids the network: run `sae4j pull %s` without it first"
                            .formatted(
                                    absent.size(),
                                    absent.getFirst().path(),
                                    absent.size() > 1 ? ", ..." : "",
                                    id.at("")));
        }
    }

    private void requireRoom(List<HubFile> absent, Path where, Function<HubFile, Place> place) {
        long needed = size(absent);
        for (HubFile file : absent) {
            try {
                Path incomplete = place.apply(file).incomplete();
                needed -= Files.exists(incomplete) ? Files.size(incomplete) : 0;
            } catch (IOException e) {
                // then it counts in full
            }
        }
        long free = free(where);
        if (needed > free) {
            throw Problems.problem(
                    Kind.DISK,
                    id,
                    "needs %,d MB on the disk of %s, where %,d MB are free: free some space, or choose another disk (HF_HUB_CACHE, --out)"
                            .formatted(needed / 1_000_000 + 1, where, free / 1_000_000));
        }
    }

    private static long free(Path where) {
        try {
            Path there = where.toAbsolutePath();
            while (there != null && !Files.exists(there)) {
                there = there.getParent();
            }
            return there == null ? Long.MAX_VALUE : Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE; // not known: writing will tell
        }
    }

    /// The path of a file below the path of the id.
    private String inFolder(HubFile file) {
        if (id.path().isEmpty() || !file.isAtOrBelow(id.path())) {
            return file.path();
        }
        return file.path().equals(id.path())
                ? file.name()
                : file.path().substring(id.path().length() + 1);
    }

    private @Nullable Path source(HubFile file) {
        return cache.has(commit(), file) ? cache.snapshot(commit()).resolve(file.path()) : null;
    }

    private boolean isSame(HubFile file, Path target) {
        try {
            Path cached = source(file);
            return Fetch.isThere(target, file)
                    && (cached != null
                            ? Files.mismatch(cached, target) < 0
                            : Digests.like(file, target).equals(file.etag()));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(target, e);
        }
    }

    private static Path workshop(Path folder) {
        return folder.resolve(".sae4j-pull");
    }

    private Place place(Path folder, HubFile file) {
        Path work = workshop(folder);
        return new Place(
                folder.resolve(inFolder(file)),
                work.resolve(file.etag() + ".incomplete"),
                work.resolve(file.etag() + ".lock"));
    }

    private static void requireInside(Path folder, Path target) {
        try {
            Files.createDirectories(target.getParent());
            if (!requireNonNull(target.getParent()).toRealPath().startsWith(folder.toRealPath())) {
                throw Sae4jException.in(
                        target, "would be written outside the folder, through a link: remove it");
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(target, e);
        }
    }

    private static void copy(Path from, Path target) {
        SafeFiles.write(target, out -> Files.copy(from, out));
    }

    /// Removes what was needed on the way.
    private static void clean(Path folder) {
        Path work = workshop(folder);
        if (!Files.isDirectory(work)) {
            return;
        }
        try (var files = Files.list(work)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".lock")).toList()) {
                Files.delete(file);
            }
            Files.delete(work);
        } catch (IOException e) {
            // left by another download that is not done: it removes them
        }
    }
}
