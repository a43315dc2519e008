/**
 * ID tokens: the keys of their issuer, and every rule that one must keep before its
 * claims are believed.
 */
@NullMarked
package io.github.oidcgrants.idtoken;

import org.jspecify.annotations.NullMarked;
