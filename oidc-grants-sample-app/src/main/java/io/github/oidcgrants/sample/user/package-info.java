/**
 * The user, who is at another screen and decides there. It stands in for a person with a
 * browser or a phone: an application of your own has nothing of this room.
 */
@NullMarked
package io.github.oidcgrants.sample.user;

import org.jspecify.annotations.NullMarked;
