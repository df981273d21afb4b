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
        "attn_z.4, attn_z.4",
        "mlp_hidden.4, mlp_hidden.4",
        "hook_post.4, mlp_hidden.4",
        "attn_out_post.4, attn_out_post.4",
        "final_norm, final_norm",
        "logits, logits",
        "blocks.0.hook_attn_out, attn_out_post.0",
        "blocks.0.hook_mlp_out, mlp_out_post.0",
        "blocks.3.attn.hook_z, attn_z.3",
        "blocks.3.mlp.hook_post, mlp_hidden.3",
        "blocks.7.hook_resid_mid, resid_mid.7",
        "model.layers.12, resid_post.12",
        "model.layers.12.self_attn, attn_out.12",
        "model.layers.12.mlp, mlp_out.12",
        "layers.5, resid_post.5",
        "gpt_neox.layers.3.attention, attn_out.3",
        "transformer.h.2.attn, attn_out.2",
        "gpt_neox.layers.3.mlp, mlp_out.3",
        "gpt_neox.layers.3.attention.dense, attn_out.3",
        "gpt_neox.layers.3.mlp.act, mlp_hidden.3",
        "transformer.h.5, resid_post.5",
        "h.5.mlp.c_proj, mlp_out.5",
        "model.layers.12.self_attn.o_proj, attn_out.12",
        "model.layers.12.mlp.down_proj, mlp_out.12",
        "model.layers.12.post_feedforward_layernorm, mlp_out_post.12",
        "model.language_model.layers.40, resid_post.40",
        "language_model.model.layers.40.mlp, mlp_out.40",
        "model.norm, final_norm",
        "gpt_neox.final_layer_norm, final_norm",
        "transformer.ln_f, final_norm",
        "lm_head, logits",
        "embed_out, logits"
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
                "final_norm.1",
                "logits.0",
                "model.layers.1.post_attention_layernorm",
                "model.layers.1.mlp.up_proj",
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
            Hook hook = new Hook(point, point.isInLayer() ? 4 : 0);
            assertThat(Hook.parse(hook.toString())).isEqualTo(hook);
            Hook there = Hook.parse(hook.transformerLensName());
            if (point == HookPoint.ATTN_OUT || point == HookPoint.MLP_OUT) {
                // TransformerLens knows what is added only
                assertThat(there.point().word()).isEqualTo(point.word() + "_post");
            } else {
                assertThat(there).isEqualTo(hook);
            }
        }
    }
}
