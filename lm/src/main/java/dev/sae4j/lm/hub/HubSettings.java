package dev.sae4j.lm.hub;

import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Which hub, as whom, and where its files are kept.
///
/// @param endpoint address of the hub, without a `/` at the end
/// @param token sent to the endpoint and to nobody else; null to go without
/// @param cache folder with one folder per repository, shared with Python
/// @param offline true to use what is in the cache and never the network
/// @param links false to have copies instead of symbolic links in the cache
/// @param connections most downloads at once, at least 1
/// @param proxy through which to go; null for the JDK's own settings
/// @param patience with the server
public record HubSettings(
        URI endpoint,
        @Nullable HubToken token,
        Path cache,
        boolean offline,
        boolean links,
        int connections,
        @Nullable HubProxy proxy,
        Patience patience) {
    private static final String HUGGING_FACE = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");
    private static final int CONNECTIONS = 8;
    private static final int MAX_TOKEN_FILE = 4096; // bytes

    public HubSettings {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1: " + connections);
        }
        String scheme = endpoint.getScheme();
        if (!("http".equals(scheme) || "https".equals(scheme))
                || endpoint.getHost() == null
                || endpoint.getRawUserInfo() != null) {
            throw new UsageException(
                    "HF_ENDPOINT is no address of a hub: expected https://HOST[:PORT]");
        }
    }

    /// The public hub, or what the variables say that Python's library knows: `HF_ENDPOINT`,
    /// `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME`, `HF_HUB_CACHE`, `HF_HUB_OFFLINE` and a few older
    /// names.
    ///
    /// @param environment variables of the process, say
    /// @param home the user's folder
    public static HubSettings of(Map<String, String> environment, Path home) {
        UnaryOperator<@Nullable String> value =
                name -> {
                    String v = environment.get(name);
                    return v == null || v.isBlank() ? null : v.strip();
                };
        Path caches = path(value.apply("XDG_CACHE_HOME"), home, home.resolve(".cache"));
        Path own = path(value.apply("HF_HOME"), home, caches.resolve("huggingface"));
        Path older = path(value.apply("HUGGINGFACE_HUB_CACHE"), home, own.resolve("hub"));
        return new HubSettings(
                endpoint(value.apply("HF_ENDPOINT")),
                token(value, path(value.apply("HF_TOKEN_PATH"), home, own.resolve("token"))),
                path(value.apply("HF_HUB_CACHE"), home, older),
                isTrue(value.apply("HF_HUB_OFFLINE"))
                        || isTrue(value.apply("TRANSFORMERS_OFFLINE")),
                !isTrue(value.apply("HF_HUB_DISABLE_SYMLINKS")),
                CONNECTIONS,
                HubProxy.of(environment),
                Patience.USUAL);
    }

    private static URI endpoint(@Nullable String given) {
        String text = given == null ? HUGGING_FACE : given.replaceFirst("/+$", "");
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "HF_ENDPOINT is no address of a hub: expected https://HOST[:PORT]");
        }
    }

    private static Path path(@Nullable String given, Path home, Path otherwise) {
        if (given == null) {
            return otherwise;
        }
        return given.startsWith("~/") ? home.resolve(given.substring(2)) : Path.of(given);
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null && TRUE.contains(value.toLowerCase(Locale.ROOT));
    }

    private static @Nullable HubToken token(UnaryOperator<@Nullable String> value, Path file) {
        if (isTrue(value.apply("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) {
            return null;
        }
        String given = value.apply("HF_TOKEN");
        if (given == null) {
            given = value.apply("HUGGING_FACE_HUB_TOKEN");
        }
        if (given != null) {
            return new HubToken(given);
        }
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_TOKEN_FILE) {
                return null;
            }
            String stored = Files.readString(file);
            return stored.isBlank() ? null : new HubToken(stored);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// The same, for other patience.
    public HubSettings with(Patience other) {
        return new HubSettings(endpoint, token, cache, offline, links, connections, proxy, other);
    }

    /// The same, with the network forbidden or allowed.
    public HubSettings offline(boolean forbidden) {
        return new HubSettings(
                endpoint, token, cache, forbidden, links, connections, proxy, patience);
    }
}
