package dev.sae4j.lm.harvest;

import dev.sae4j.io.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// How documents become contexts, the sequences that the model reads.
///
/// @param kind the rule
/// @param separator what stands between documents that share a context
public record ContextRule(Kind kind, Separator separator) {
    /// Each document alone; one that is longer than the context goes on in further contexts.
    public static final ContextRule SPLIT = new ContextRule(Kind.SPLIT, Separator.NONE);

    /// Each document alone; what is longer than the context is dropped, as dictionary_learning does.
    public static final ContextRule TRUNCATE = new ContextRule(Kind.TRUNCATE, Separator.NONE);

    /// A rule. BOS stands in front of every context if the tokenizer puts it in front of texts.
    public enum Kind {
        /// Each document alone, in as many contexts as it needs.
        SPLIT(false, Separator.NONE),
        /// Each document alone, its first context only.
        TRUNCATE(false, Separator.NONE),
        /// All documents as one stream, a separator in front of each, cut into full contexts; the
        /// last one may be shorter.
        STREAM(true, Separator.EOS),
        /// As SAELens packs: a separator between two documents in one context, none where a context
        /// begins; the model's BOS in front of every context, unless it stands there already; a last
        /// context that is not full is dropped.
        SAELENS(true, Separator.BOS),
        /// As sparsify packs (`chunk_and_tokenize`): a separator in front of each document; every 2048
        /// records are a stream of their own, whose last context is dropped.
        SPARSIFY(true, Separator.EOS);

        private final boolean packs;
        private final Separator usual;

        Kind(boolean packs, Separator usual) {
            this.packs = packs;
            this.usual = usual;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A token between documents.
    public enum Separator {
        /// No token.
        NONE,
        /// The token that ends a text.
        EOS,
        /// The token that begins a text.
        BOS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ContextRule {
        if (!kind.packs && separator != Separator.NONE) {
            throw new UsageException(
                    "a separator (%s) stands between documents that share a context: it goes with packing"
                            .formatted(separator));
        }
    }

    /// A rule with its usual separator.
    public static ContextRule of(Kind kind) {
        return new ContextRule(kind, kind.usual);
    }

    /// Understands `stream`, `saelens`, `sparsify`, and the other kinds.
    ///
    /// @throws UsageException for anything else
    public static Kind parseKind(String text) {
        return parse(Kind.class, Kind.values(), text, "packing");
    }

    /// Understands `none`, `eos` and `bos`.
    ///
    /// @throws UsageException for anything else
    public static Separator parseSeparator(String text) {
        return parse(Separator.class, Separator.values(), text, "separator");
    }

    private static <E extends Enum<E>> E parse(
            Class<E> type, E[] values, String text, String what) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "%s '%s' is not known: give %s"
                            .formatted(
                                    what,
                                    text,
                                    Arrays.stream(values)
                                            .map(Object::toString)
                                            .collect(Collectors.joining(", "))));
        }
    }

    /// True if documents share contexts.
    public boolean packs() {
        return kind.packs;
    }

    /// `split`, `truncate`, or the kind and the separator: `stream eos`.
    @Override
    public String toString() {
        return kind.packs ? kind + " " + separator : kind.toString();
    }
}
