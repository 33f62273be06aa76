package readings;

import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;

/** The example site by Tomcat: TomcatSite default|lenient PORT FOLDER. */
public final class TomcatSite {
  private static final Logger QUIET = Logger.getLogger("org.apache");

  public static void main(String[] args) throws Exception {
    QUIET.setLevel(Level.SEVERE);
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[2]);
    tomcat.setHostname("127.0.0.1");
    Connector connector = new Connector();
    connector.setProperty("address", "127.0.0.1");
    connector.setPort(Integer.parseInt(args[1]));
    if (args[0].equals("lenient")) {
      connector.setEncodedSolidusHandling("decode");
      connector.setEncodedReverseSolidusHandling("decode");
      connector.setAllowBackslash(true);
      connector.setProperty("relaxedPathChars", "\"<>[\\]^`{|}");
    }
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", Path.of(args[2]).toString());
    String version = "Tomcat " + ServerInfo.getServerNumber() + " (" + args[0] + ")";
    for (String mapping : Page.MAPPINGS) {
      Tomcat.addServlet(context, mapping, new Page(mapping, version));
      context.addServletMappingDecoded(mapping, mapping);
    }
    tomcat.start();
    tomcat.getServer().await();
  }
}
