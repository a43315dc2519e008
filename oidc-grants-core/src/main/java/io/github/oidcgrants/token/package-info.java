/**
 * The answer of a token endpoint, as a value.
 */
@NullMarked
package io.github.oidcgrants.token;

import org.jspecify.annotations.NullMarked;
