/// Conversations as text, the way a model's chat template puts them. [dev.sae4j.lm.chat.ChatTemplate]
/// is the way in; behind it stands the part of the Jinja language that chat templates use.
@NullMarked
package dev.sae4j.lm.chat;

import org.jspecify.annotations.NullMarked;
