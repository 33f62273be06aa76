/** The line of an ACL that gives the tests a user of their own, who may do everything. */
export const ADMIN_USER = 'user admin on nopass ~* &* +@all';

/** The line of an ACL that lets everybody do everything, as a server does that has none. */
export const ANYBODY = 'user default on nopass ~* &* +@all';
