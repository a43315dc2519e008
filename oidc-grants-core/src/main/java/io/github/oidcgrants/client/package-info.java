/**
 * Who asks: an authorization server, a client registered there, and how that client
 * proves who it is.
 */
@NullMarked
package io.github.oidcgrants.client;

import org.jspecify.annotations.NullMarked;
