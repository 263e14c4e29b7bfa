import { ACTION_ROUTES } from './action-routes.js';
import type { ApiRoute } from './api-route.js';
import { LASTING_ROUTES } from './lasting-routes.js';
import { READ_ROUTES } from './read-routes.js';

export const API_ROUTES: readonly ApiRoute[] = [...READ_ROUTES, ...ACTION_ROUTES, ...LASTING_ROUTES];
