/**
 * Tokens that are refreshed and kept for a user or anyone else: whoever has logged in
 * once need not think of refresh tokens again.
 */
@NullMarked
package io.github.oidcgrants.managed;

import org.jspecify.annotations.NullMarked;
