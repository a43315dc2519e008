/**
 * A program without Spring Boot: the core of the library is all that it needs.
 */
@NullMarked
package io.github.oidcgrants.sample.cli;

import org.jspecify.annotations.NullMarked;
