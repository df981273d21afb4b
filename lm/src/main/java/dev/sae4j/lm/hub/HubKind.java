package dev.sae4j.lm.hub;

import java.util.Locale;

/// The two kinds of repositories that are read and written here.
public enum HubKind {
    /// Models, and SAEs too.
    MODEL(""),
    /// Data sets.
    DATASET("datasets/");

    private final String pagePrefix;

    HubKind(String pagePrefix) {
        this.pagePrefix = pagePrefix;
    }

    /// What stands before `ORG/NAME` in the address of a repository's page.
    String pagePrefix() {
        return pagePrefix;
    }

    /// `models` or `datasets`: in addresses of the API and in folders of the cache.
    String plural() {
        return word() + "s";
    }

    /// `model` or `dataset`.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
