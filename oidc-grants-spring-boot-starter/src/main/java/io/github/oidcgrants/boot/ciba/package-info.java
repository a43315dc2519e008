/**
 * Where servers tell this application that a user has decided: CIBA's notification
 * endpoint, for servlet and WebFlux applications.
 */
@NullMarked
package io.github.oidcgrants.boot.ciba;

import org.jspecify.annotations.NullMarked;
