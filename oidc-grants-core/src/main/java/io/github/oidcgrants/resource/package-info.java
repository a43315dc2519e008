/**
 * Calls of protected APIs: puts tokens on requests that Spring's clients make.
 */
@NullMarked
package io.github.oidcgrants.resource;

import org.jspecify.annotations.NullMarked;
