package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HookTest {
    @ParameterizedTest
    @CsvSource({
        "resid_post.12, resid_post.12",
        "resid_pre.0, resid_pre.0",
        "mlp_out.3, mlp_out.3",
        "blocks.12.hook_resid_post, resid_post.12",
        "blocks.0.hook_attn_out, attn_out.0",
        "blocks.7.hook_resid_mid, resid_mid.7",
        "model.layers.12, resid_post.12",
        "model.layers.12.self_attn, attn_out.12",
        "model.layers.12.mlp, mlp_out.12",
        "layers.5, resid_post.5",
        "gpt_neox.layers.3.attention, attn_out.3",
        "transformer.h.2.attn, attn_out.2"
    })
    void understandsTheNamesOfTheField(String text, String wanted) {
        assertThat(Hook.parse(text)).hasToString(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "resid_post",
                "resid_post.",
                "resid_post.-1",
                "resid_post.1.2",
                "resid_post.99999999999",
                "blocks.1.hook_q",
                "blocks.x.hook_resid_post",
                "model.layers.1.norm",
                "resid_past.3"
            })
    void refusesAnythingElseAndListsTheForms(String text) {
        assertThatThrownBy(() -> Hook.parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("unknown hook '" + text + "'")
                .hasMessageContaining("resid_post.12")
                .hasMessageContaining("attn_out")
                .hasMessageContaining("blocks.12.hook_resid_post")
                .hasMessageContaining("model.layers.12.mlp");
    }

    @Test
    void namesGoBackToTransformerLens() {
        for (HookPoint point : HookPoint.values()) {
            Hook hook = new Hook(point, 4);
            assertThat(Hook.parse(hook.transformerLensName())).isEqualTo(hook);
            assertThat(Hook.parse(hook.toString())).isEqualTo(hook);
        }
    }
}
