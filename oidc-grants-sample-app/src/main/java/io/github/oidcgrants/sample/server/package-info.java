/**
 * The authorization server that the sample brings along, so that there is nothing to
 * install. It stands in for yours: an application of your own has nothing of this room.
 */
@NullMarked
package io.github.oidcgrants.sample.server;

import org.jspecify.annotations.NullMarked;
