/**
 * What is thrown: one unchecked exception with a kind, and the redaction that keeps
 * secrets out of every message.
 */
@NullMarked
package io.github.oidcgrants.error;

import org.jspecify.annotations.NullMarked;
