package dev.sae4j.store;

/// Where the activations of a store come from.
///
/// @param model name of the language model
/// @param hook where in the model they were read, such as `resid_post.2`
/// @param data name of the data set
/// @param context longest context in tokens, BOS counted
/// @param contexts how documents became contexts: `split`, `truncate`, `stream eos` ...
/// @param excluded which positions were left out, such as `first,special`; `none` for none
/// @param madeBy program and version that wrote the store
public record StoreOrigin(
        String model,
        String hook,
        String data,
        int context,
        String contexts,
        String excluded,
        String madeBy) {
    /// Each document alone, long ones in several contexts.
    public static final String SPLIT = "split";

    /// Activations of documents that were read alone.
    public StoreOrigin(
            String model, String hook, String data, int context, String excluded, String madeBy) {
        this(model, hook, data, context, SPLIT, excluded, madeBy);
    }
}
