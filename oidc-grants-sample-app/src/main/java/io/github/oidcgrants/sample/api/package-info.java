/**
 * The API that the sample calls: a resource server that wants a token. It stands in for
 * the API of somebody else.
 */
@NullMarked
package io.github.oidcgrants.sample.api;

import org.jspecify.annotations.NullMarked;
