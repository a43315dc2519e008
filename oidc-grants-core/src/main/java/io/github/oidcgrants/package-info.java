/**
 * The front door: {@link io.github.oidcgrants.GrantTemplate} gives tokens by registration
 * id and keeps them, {@link io.github.oidcgrants.GrantClient} runs single grants.
 */
@NullMarked
package io.github.oidcgrants;

import org.jspecify.annotations.NullMarked;
