/// The hub on which models, SAEs and data sets are published: downloads that resume and are checked,
/// in the cache that Python's `huggingface_hub` uses too, and uploads. [dev.sae4j.lm.hub.Hub] does
/// both; [dev.sae4j.lm.hub.HubId] names what is meant.
@NullMarked
package dev.sae4j.lm.hub;

import org.jspecify.annotations.NullMarked;
