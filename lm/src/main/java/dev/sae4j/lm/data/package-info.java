/// Text data sets: documents, one after the other, from files of text, JSON, CSV or Parquet, or from
/// the WordNet that comes with the program. [dev.sae4j.lm.data.TextSource] opens any of them.
@NullMarked
package dev.sae4j.lm.data;

import org.jspecify.annotations.NullMarked;
