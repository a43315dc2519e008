/**
 * DPoP (RFC 9449): keys that tokens are bound to, the proofs made with them, and the
 * nonces that servers ask for.
 */
@NullMarked
package io.github.oidcgrants.dpop;

import org.jspecify.annotations.NullMarked;
