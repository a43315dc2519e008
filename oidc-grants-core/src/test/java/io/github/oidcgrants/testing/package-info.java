/**
 * What tests of several rooms share: time that stands still, servers that misbehave, and
 * the table of bad answers.
 */
package io.github.oidcgrants.testing;
