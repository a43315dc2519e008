/**
 * One call for many callers: whoever asks for the same thing at the same time shares one
 * attempt.
 */
@NullMarked
package io.github.oidcgrants.flight;

import org.jspecify.annotations.NullMarked;
