package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The hub over HTTP, or only its cache where the network may not be used.
final class RemoteHub implements Hub {
    private final HubSettings settings;
    private final HubClock clock;
    private final long smallestPart;
    private @Nullable Http http; // made when first needed: it takes a while to load

    /// @param smallestPart bytes; files up to this size come in one piece
    RemoteHub(HubSettings settings, HubClock clock, long smallestPart) {
        this.settings = settings;
        this.clock = clock;
        this.smallestPart = smallestPart;
    }

    private synchronized Http http() {
        if (http == null) {
            http = new Http(settings, clock);
        }
        return http;
    }

    private HubApi api() {
        return new HubApi(settings, http());
    }

    private HubCache cache(HubId id) {
        return new HubCache(settings, id);
    }

    @Override
    public List<HubFile> files(HubId id) {
        return below(id, listing(id, HubListener.NONE).files());
    }

    @Override
    public Path file(HubId id, HubListener listener) {
        if (id.path().isEmpty()) {
            throw new IllegalArgumentException(id + " names no file");
        }
        HubCache cache = cache(id);
        if (settings.offline() || id.isPinned()) {
            Optional<Path> there = cache.commit().flatMap(c -> cache.file(c, id.path()));
            if (there.isPresent()) {
                return there.get();
            }
        }
        if (settings.offline()) {
            throw notInCache(id, cache);
        }
        HubApi.Head head;
        try {
            head = api().head(id);
        } catch (HubException e) {
            Optional<Path> there = cache.commit().flatMap(c -> cache.file(c, id.path()));
            if (e.kind() == Kind.UNREACHABLE && there.isPresent()) {
                listener.note(standIn(e));
                return there.get();
            }
            throw e.kind() == Kind.MISSING ? withNearest(id, e) : e;
        }
        cache.remember(head.commit());
        var listing = new Listing(head.commit(), List.of(head.file()), false);
        return downloads(id, listing).toCache(listing.files(), listener).getFirst();
    }

    @Override
    public Fetched fetch(HubId id, HubSelection selection, HubListener listener) {
        Listing listing = listing(id, listener);
        List<Path> files = downloads(id, listing).toCache(choose(id, selection, listing), listener);
        return new Fetched(cache(id).snapshot(listing.commit()).resolve(id.path()), files);
    }

    @Override
    public Fetched copy(HubId id, HubSelection selection, Path folder, HubListener listener) {
        Listing listing = listing(id, listener);
        List<HubFile> chosen = choose(id, selection, listing);
        return new Fetched(folder, downloads(id, listing).toFolder(chosen, folder, listener));
    }

    @Override
    public UploadPlan plan(Upload upload) {
        return new Publisher(settings, online(upload.to())).plan(upload);
    }

    @Override
    public String publish(Upload upload, HubListener listener) {
        return new Publisher(settings, online(upload.to())).publish(upload, listener);
    }

    private Http online(HubId id) {
        if (settings.offline()) {
            throw Problems.problem(
                    Kind.OFFLINE, id, "cannot be reached: HF_HUB_OFFLINE forbids the network");
        }
        return http();
    }

    private Downloads downloads(HubId id, Listing listing) {
        return new Downloads(
                settings,
                cache(id),
                id.withRevision(listing.commit()),
                () -> new Fetch(settings, http(), smallestPart),
                this::api);
    }

    private List<HubFile> choose(HubId id, HubSelection selection, Listing listing) {
        below(id, listing.files());
        return selection.choose(id, listing.files()).stream()
                .sorted(Comparator.comparing(HubFile::path))
                .toList();
    }

    /// What the revision holds: asked of the hub, or known for a commit or without the network.
    private Listing listing(HubId id, HubListener listener) {
        HubCache cache = cache(id);
        if (settings.offline()) {
            return cached(id, cache);
        }
        try {
            String commit = id.isPinned() ? id.revision() : api().info(id).commit();
            Optional<Listing> known = cache.listing(commit);
            Listing listing = known.isPresent() ? known.get() : api().list(id, commit);
            if (known.isEmpty()) {
                cache.keep(listing);
            }
            cache.remember(commit);
            return listing;
        } catch (HubException e) {
            if (e.kind() == Kind.UNREACHABLE && cache.commit().isPresent()) {
                listener.note(standIn(e));
                return cached(id, cache);
            }
            throw e;
        }
    }

    private static String standIn(HubException e) {
        return e.getMessage() + "; what the cache holds is used";
    }

    private static Listing cached(HubId id, HubCache cache) {
        String commit = cache.commit().orElseThrow(() -> notInCache(id, cache));
        Listing listing = cache.listing(commit).orElseGet(() -> cache.present(commit));
        if (listing.files().isEmpty()) {
            throw notInCache(id, cache);
        }
        return listing;
    }

    private static HubException notInCache(HubId id, HubCache cache) {
        return Problems.problem(
                Kind.OFFLINE,
                id,
                "is not in the cache (%s) and HF_HUB_OFFLINE forbids the network: run `sae4j pull %s` without it first"
                        .formatted(cache.folder(), id));
    }

    /// The files at and below the path of an id, of which there must be one.
    private static List<HubFile> below(HubId id, List<HubFile> files) {
        List<HubFile> below = files.stream().filter(f -> f.isAtOrBelow(id.path())).toList();
        if (below.isEmpty()) {
            throw missing(id, files);
        }
        return below;
    }

    private HubException withNearest(HubId id, HubException e) {
        try {
            return missing(id, listing(id, HubListener.NONE).files());
        } catch (HubException other) {
            return e; // the first one says more
        }
    }

    private static HubException missing(HubId id, List<HubFile> files) {
        List<String> near = Nearest.to(id.path(), files.stream().map(HubFile::path).toList(), 5);
        return Problems.problem(
                Kind.MISSING,
                id,
                near.isEmpty()
                        ? "is empty"
                        : "has no '%s'; closest are: %s"
                                .formatted(id.path(), String.join(", ", near)));
    }

    @Override
    public synchronized void close() {
        if (http != null) {
            http.close();
        }
    }
}
