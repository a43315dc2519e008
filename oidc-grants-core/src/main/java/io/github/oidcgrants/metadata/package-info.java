/**
 * What is known of an authorization server: its metadata, discovered or configured.
 */
@NullMarked
package io.github.oidcgrants.metadata;

import org.jspecify.annotations.NullMarked;
