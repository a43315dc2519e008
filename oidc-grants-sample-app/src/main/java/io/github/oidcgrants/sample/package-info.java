/**
 * The sample: how an application gets tokens and calls an API with them. Start with
 * {@link io.github.oidcgrants.sample.ClientCredentialsController}.
 */
@NullMarked
package io.github.oidcgrants.sample;

import org.jspecify.annotations.NullMarked;
