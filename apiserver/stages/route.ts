import type { RouteHandler } from '../contract/route.ts';
import type { Stage } from '../contract/stage.ts';

/** Finds the route of a path that is no resource: authorisation must know whether it is open to everyone. */
export function findRoute(routes: readonly RouteHandler[]): Stage {
  const exact = new Map<string, RouteHandler>();
  const prefixes: { readonly prefix: string; readonly route: RouteHandler }[] = [];
  for (const route of routes) {
    if (route.path.endsWith('/*')) prefixes.push({ prefix: route.path.slice(0, -1), route });
    else exact.set(route.path, route);
  }
  prefixes.sort((a, b) => b.prefix.length - a.prefix.length);

  function routeOf(requested: string): RouteHandler | undefined {
    const path = requested.length > 1 && requested.endsWith('/') ? requested.slice(0, -1) : requested;
    return exact.get(path) ?? prefixes.find(({ prefix }) => path.startsWith(prefix))?.route;
  }

  return {
    name: 'route',
    handle(exchange, next) {
      if (!exchange.info.isResource) exchange.route = routeOf(exchange.request.path);
      return next(exchange);
    },
  };
}
