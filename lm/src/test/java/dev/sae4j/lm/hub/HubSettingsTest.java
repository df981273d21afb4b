package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {
    @TempDir Path home;

    private HubSettings of(String... pairs) {
        var environment = new java.util.HashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return HubSettings.of(environment, home);
    }

    @Test
    void withoutVariablesItIsThePublicHub() {
        assertThat(of().endpoint()).hasToString("https://huggingface.co");
        assertThat(of().cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(of().token()).isNull();
        assertThat(of().offline()).isFalse();
        assertThat(of().links()).isTrue();
    }

    @Test
    void findsTheCacheWherePythonDoes() {
        assertThat(of("XDG_CACHE_HOME", "/x").cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(of("HF_HOME", "~/hf").cache()).isEqualTo(home.resolve("hf/hub"));
        assertThat(of("HF_HOME", "/x", "HUGGINGFACE_HUB_CACHE", "/y").cache())
                .isEqualTo(Path.of("/y"));
        assertThat(of("HUGGINGFACE_HUB_CACHE", "/y", "HF_HUB_CACHE", "/z").cache())
                .isEqualTo(Path.of("/z"));
    }

    @Test
    void findsTheTokenWherePythonDoes() throws IOException {
        Path hf = Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(hf.resolve("token"), "hf_stored\n");
        Files.writeString(home.resolve("other"), "hf_other");
        assertThat(header(of())).isEqualTo("Bearer hf_stored");
        assertThat(header(of("HF_TOKEN_PATH", "~/other"))).isEqualTo("Bearer hf_other");
        assertThat(header(of("HF_TOKEN", " hf_given "))).isEqualTo("Bearer hf_given");
        assertThat(of("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").token()).isNull();
    }

    private static String header(HubSettings settings) {
        HubToken token = settings.token();
        return token == null ? "none" : token.header();
    }

    @Test
    void offlineIsAnyOfPythonsWordsForTrue() {
        assertThat(of("HF_HUB_OFFLINE", "1").offline()).isTrue();
        assertThat(of("HF_HUB_OFFLINE", "Yes").offline()).isTrue();
        assertThat(of("TRANSFORMERS_OFFLINE", "on").offline()).isTrue();
        assertThat(of("HF_HUB_OFFLINE", "0").offline()).isFalse();
    }

    @Test
    void refusesWhatCannotBeAnAddress() {
        assertThat(of("HF_ENDPOINT", "http://mirror:8080/").endpoint())
                .hasToString("http://mirror:8080");
        for (String bad : new String[] {"mirror", "ftp://x", "https://user:pw@x", "ht tp:"}) {
            assertThatThrownBy(() -> of("HF_ENDPOINT", bad))
                    .isInstanceOf(UsageException.class)
                    .hasMessage("HF_ENDPOINT is no address of a hub: expected https://HOST[:PORT]");
        }
    }

    @Test
    void refusesATokenThatWouldForgeAHeaderWithoutShowingIt() {
        assertThatThrownBy(() -> of("HF_TOKEN", "hf_x\r\nHost: evil"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("characters that a token cannot have")
                .message()
                .doesNotContain("evil");
    }

    @Test
    void goesThroughTheProxyOfTheEnvironment() {
        HubProxy proxy =
                HubProxy.of(
                        Map.of(
                                "https_proxy",
                                "http://proxy.example:3128",
                                "NO_PROXY",
                                "localhost, .inner.example"));
        assertThat(proxy).isNotNull();
        if (proxy != null) {
            var selector = proxy.selector();
            assertThat(selector.select(URI.create("https://huggingface.co/x")))
                    .containsExactly(
                            new Proxy(
                                    Proxy.Type.HTTP,
                                    InetSocketAddress.createUnresolved("proxy.example", 3128)));
            assertThat(selector.select(URI.create("http://localhost:1/x")))
                    .containsExactly(Proxy.NO_PROXY);
            assertThat(selector.select(URI.create("http://a.inner.example/")))
                    .containsExactly(Proxy.NO_PROXY);
        }
        assertThatThrownBy(() -> HubProxy.of(Map.of("HTTPS_PROXY", "http://u:secret@ bad")))
                .hasMessage("HTTPS_PROXY is no address of a proxy: expected http://HOST:PORT");
    }
}
