package dev.sae4j.train.schedule;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.recipe.Sparsity;
import dev.sae4j.train.recipe.Sparsity.Anneal;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// An exponent of the sparsity term that falls in equal steps, with a coefficient that makes up for
/// it (dictionary_learning's PAnneal). The first update only announces the next exponent; from then
/// on the term is measured with both, and each later update multiplies the coefficient by the ratio
/// of their recent means.
public final class PowerAnneal {
    private static final String P = "anneal/p";
    private static final String NEXT = "anneal/next_p";
    private static final String COEFFICIENT = "anneal/coefficient";
    private static final String DONE = "anneal/updates_done";
    private static final String QUEUED = "anneal/queued";

    /// The term of one batch with the exponent in effect and with the next.
    private record Measured(double now, double next) {}

    private final Anneal rule;

    /// When the updates come, ascending; steps from 0.
    private final long[] steps;

    /// What each update sets `p` to.
    private final float[] powers;

    private final Deque<Measured> queue = new ArrayDeque<>();
    private double p;
    private double nextP = Double.NaN;
    private double coefficient;
    private int done;

    private PowerAnneal(Sparsity.Lp recipe, Anneal rule, long[] steps, float[] powers) {
        this.rule = rule;
        this.steps = steps;
        this.powers = powers;
        this.p = recipe.p();
        this.coefficient = recipe.coefficient();
    }

    /// Lays the updates out.
    ///
    /// @param rule of `recipe`
    /// @param steps of the run
    /// @param batch rows per step
    public static PowerAnneal of(Sparsity.Lp recipe, Anneal rule, long steps, int batch) {
        long from = rule.from().steps(steps, batch);
        Span until = rule.to();
        long to = until == null ? steps : until.steps(steps, batch);
        if (to < from) {
            throw new UsageException(
                    "p is annealed from step %d to step %d of %d: expected the end after the start"
                            .formatted(from, to, steps));
        }
        return new PowerAnneal(
                recipe,
                rule,
                Linspace.longs(from, to, rule.updates()),
                Linspace.floats((float) recipe.p(), (float) rule.pEnd(), rule.updates()));
    }

    /// The exponent of the step to come.
    public double p() {
        return p;
    }

    /// The exponent that the term is also to be measured with; empty before the first update.
    public OptionalDouble nextP() {
        return Double.isNaN(nextP) ? OptionalDouble.empty() : OptionalDouble.of(nextP);
    }

    /// The coefficient of the step to come, before warm-up.
    public double coefficient() {
        return coefficient;
    }

    /// Learns of a step, after its loss and gradients.
    ///
    /// @param step from 0
    /// @param lpNow the term with [#p], without coefficient
    /// @param lpNext the term with [#nextP]; ignored if that is empty
    public void after(long step, double lpNow, double lpNext) {
        boolean announced = !Double.isNaN(nextP);
        if (announced) {
            queue.addLast(new Measured(lpNow, lpNext));
            if (queue.size() > rule.queue()) {
                queue.removeFirst();
            }
        }
        if (done == steps.length || step < steps[done] || Arrays.binarySearch(steps, step) < 0) {
            return;
        }
        if (announced) {
            double now = queue.stream().mapToDouble(Measured::now).sum();
            double next = queue.stream().mapToDouble(Measured::next).sum();
            // a term that is 0 with either exponent says nothing about their ratio
            if (now > 0 && next > 0) {
                coefficient *= now / next;
            }
        }
        p = powers[done];
        done++;
        nextP = done < powers.length ? powers[done] : rule.pEnd();
    }

    /// What a resumed run needs.
    public Map<String, Double> state() {
        Map<String, Double> state = new LinkedHashMap<>();
        state.put(P, p);
        state.put(NEXT, nextP);
        state.put(COEFFICIENT, coefficient);
        state.put(DONE, (double) done);
        state.put(QUEUED, (double) queue.size());
        int i = 0;
        for (Measured m : queue) {
            state.put(now(i), m.now());
            state.put(next(i), m.next());
            i++;
        }
        return state;
    }

    /// Sets what [#state] gave.
    public void restore(Map<String, Double> saved) {
        p = Counters.get(saved, P);
        nextP = Counters.get(saved, NEXT);
        coefficient = Counters.get(saved, COEFFICIENT);
        done = (int) Counters.count(saved, DONE, steps.length);
        queue.clear();
        long queued = Counters.count(saved, QUEUED, rule.queue());
        for (int i = 0; i < queued; i++) {
            queue.addLast(new Measured(Counters.get(saved, now(i)), Counters.get(saved, next(i))));
        }
    }

    private static String now(int i) {
        return "anneal/queue/" + i + "/now";
    }

    private static String next(int i) {
        return "anneal/queue/" + i + "/next";
    }
}
