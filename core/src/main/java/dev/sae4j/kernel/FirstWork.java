package dev.sae4j.kernel;

/// The first work of a process, which is done by plain loops: vector code takes thousands of calls
/// until it is compiled, and until then is a hundred times slower than loops that any compiler does
/// at once. Both give the same bits, so nobody sees from which a result came.
final class FirstWork {
    private int left; // not guarded: losing a count does no harm

    /// @param floats that plain loops take
    FirstWork(int floats) {
        this.left = floats;
    }

    /// True while plain loops are quicker, for a function of `n` floats.
    boolean takes(int n) {
        if (left <= 0) {
            return false;
        }
        left -= n;
        return true;
    }
}
