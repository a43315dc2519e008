package io.github.oidcgrants.sample.server;

/**
 * The one person who can sign in at the authorization server.
 *
 * @param name the user name
 * @param password the password
 */
record DemoPerson(String name, String password) {

	@Override
	public String toString() {
		return "DemoPerson[name=" + this.name + "]";
	}

}
