package readings;

import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The example site by Jetty: JettySite default|legacy PORT. */
public final class JettySite {
  public static void main(String[] args) throws Exception {
    boolean isLegacy = args[0].equals("legacy");
    Server server = new Server();
    HttpConfiguration configuration = new HttpConfiguration();
    if (isLegacy) configuration.setUriCompliance(UriCompliance.LEGACY);
    ServerConnector connector =
        new ServerConnector(server, new HttpConnectionFactory(configuration));
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[1]));
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    context.getServletHandler().setDecodeAmbiguousURIs(isLegacy);
    String version = "Jetty " + Server.getVersion() + " (" + args[0] + ")";
    for (String mapping : Page.MAPPINGS) {
      context.addServlet(new ServletHolder(new Page(mapping, version)), mapping);
    }
    server.setHandler(context);
    server.start();
    server.join();
  }
}
