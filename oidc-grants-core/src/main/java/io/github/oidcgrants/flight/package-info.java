/**
 * One call for many callers, and who may call: whoever asks for the same thing at the
 * same time shares one attempt, a server that fails is left alone for a while, and those
 * that hang leave room for the others.
 */
@NullMarked
package io.github.oidcgrants.flight;

import org.jspecify.annotations.NullMarked;
