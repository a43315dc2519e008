/**
 * Tokens kept until they expire, and their status without the tokens.
 */
@NullMarked
package io.github.oidcgrants.cache;

import org.jspecify.annotations.NullMarked;
