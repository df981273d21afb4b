package dev.sae4j.lm.hub;

import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The proxy of `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`, which Java does not look at by itself.
///
/// @param host of the proxy
/// @param port of the proxy
/// @param direct hosts, or ends of their names, that are reached without it (`NO_PROXY`)
public record HubProxy(String host, int port, List<String> direct) {
    private static final int USUAL_PORT = 8080;

    /// What the environment says; null if nothing.
    static @Nullable HubProxy of(Map<String, String> environment) {
        for (String name : List.of("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")) {
            String value = either(environment, name);
            if (!value.isBlank()) {
                return parse(name, value, either(environment, "NO_PROXY"));
            }
        }
        return null;
    }

    private static String either(Map<String, String> environment, String name) {
        String lower = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        return environment.getOrDefault(name, lower).strip();
    }

    private static HubProxy parse(String name, String value, String direct) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() != null) {
                List<String> hosts =
                        Arrays.stream(direct.split(",", -1))
                                .map(h -> h.strip().toLowerCase(Locale.ROOT))
                                .filter(h -> !h.isEmpty())
                                .toList();
                return new HubProxy(
                        uri.getHost(), uri.getPort() < 0 ? USUAL_PORT : uri.getPort(), hosts);
            }
        } catch (IllegalArgumentException e) {
            // said below, without the value: it may hold a password
        }
        throw new UsageException(name + " is no address of a proxy: expected http://HOST:PORT");
    }

    private boolean isDirect(String target) {
        String name = target.toLowerCase(Locale.ROOT);
        return direct.stream()
                .map(d -> d.startsWith("*") ? d.substring(1) : d)
                .anyMatch(d ->
                        d.isEmpty()
                                || name.equals(d)
                                || name.endsWith(d.startsWith(".") ? d : "." + d));
    }

    ProxySelector selector() {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(
                        isDirect(String.valueOf(uri.getHost()))
                                ? Proxy.NO_PROXY
                                : new Proxy(
                                        Proxy.Type.HTTP,
                                        InetSocketAddress.createUnresolved(host, port)));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
                // the request itself fails, and says so
            }
        };
    }
}
