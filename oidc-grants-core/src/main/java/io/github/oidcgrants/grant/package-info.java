/**
 * The grants: one class each, and the one path that all of them take to the token
 * endpoint.
 */
@NullMarked
package io.github.oidcgrants.grant;

import org.jspecify.annotations.NullMarked;
