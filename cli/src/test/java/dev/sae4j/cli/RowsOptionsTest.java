package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowsOptionsTest {
    /// Behind a norm (Gemma, OLMo 2) what a part gives is kept under the name of its module.
    @ParameterizedTest
    @CsvSource({
        "resid_post.3, resid_post.3, true",
        "blocks.3.hook_resid_post, resid_post.3, true",
        "resid_post.2, resid_post.3, false",
        "attn_out.3, attn_out.3, true",
        "attn_out_post.3, attn_out.3, true",
        "blocks.3.hook_attn_out, attn_out.3, true",
        "attn_out_post.2, attn_out.3, false",
        "mlp_out_post.3, attn_out.3, false",
        "mlp_out_post.3, mlp_out.3, true",
        "attn_out.3, attn_out_post.3, false",
        "attn_out.3, layers.3.self_attn, true",
        "attn_out_post.3, layers.3.self_attn, false",
        "blocks.3.hook_mlp_out, layers.3.mlp, false",
        "mlp_out_post.3, mlp_out_post.3, true",
    })
    void tellsWhatAPartGivesFromWhatItAdds(String option, String kept, boolean same) {
        assertThat(RowsOptions.isSameHook(option, kept)).isEqualTo(same);
    }
}
