package demo;

/** Comes in a layer. */
public class Layered {
  public String text() {
    return "from the layer";
  }
}
