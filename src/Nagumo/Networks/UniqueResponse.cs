using System.Numerics;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>Whether the neurons of a population have one rest state for every drive: what sweeps need.</summary>
internal static class UniqueResponse
{
    /// <summary>Throws where the softest neuron answers some drive with more than one rest state, or with none.</summary>
    /// <exception cref="ArgumentException">Bistable, or not held back: the response must be unique to be solved by sweeps.</exception>
    public static void Require<T>(Population population, LocalEquations equations, SiteValues<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string where = $"Population '{population.Name}'";
        var range = population.Box is { } box ? new Enclosure(box.Low, box.High) : Response.Everywhere;
        var joint = equations.Eliminated is not null || equations.X.Length != 2 ? null : new JointSlope(equations);
        var reduced = equations.Eliminated is null ? Expr.Zero : equations.Reduced;
        // Of neurons that differ in nothing but their load, the one with the least decides.
        var softest = Enumerable
            .Range(0, population.Size)
            .GroupBy(Others)
            .Select(group => group.MinBy(i => values.At(equations.Loads[0], i)));
        foreach (int i in softest)
        {
            if (joint is not null)
                RequireJoint(i);
            else if (equations.Eliminated is not null)
                RequireReduced(i);
        }

        void RequireReduced(int i)
        {
            for (int f = 1; f < equations.X.Length; f++)
                if (equations.Force(f).Derive(equations.X[f]).Evaluate((Symbol s) => values.At(s, i)) is var curvature && !(curvature < 0))
                    throw NotHeld(equations.X[f].Name, curvature, "");
            // With its numbers put in, a function of u alone: thousands of points are asked, of every neuron that differs.
            var force = reduced.Substitute(s => values.Has(s) ? values.At(s, i) : null);
            var rise = Response.Increases(force, equations.X[0], _ => 0, range);
            if (!rise.IsNumber)
                throw NoNumber($"u = {rise.Where:g3}");
            if (!rise.Holds)
                throw Falls(i, rise.Where);
        }

        void RequireJoint(int i)
        {
            if (joint!.Find([.. equations.Uniforms.Select(s => values.At(s, i))], range) is not var (fault, u, v, drive))
                return;
            string inhibitor = equations.X[1].Name;
            throw fault switch
            {
                JointSlope.Fault.Falls => Falls(i, u),
                JointSlope.Fault.NoNumber => NoNumber($"u = {u:g3}, {inhibitor} = {v:g3}"),
                JointSlope.Fault.NotHeld => NotHeld(
                    inhibitor,
                    equations
                        .Force(1)
                        .Derive(equations.X[1])
                        .Evaluate(
                            (Symbol s) =>
                                s == equations.X[0] ? u
                                : s == equations.X[1] ? v
                                : values.At(s, i)
                        ),
                    $" at u = {u:g3}, {inhibitor} = {v:g3}"
                ),
                _ => new ArgumentException(
                    $"{where}, neuron {i}: inhibitor '{inhibitor}' runs away: at u = {u:g3} no {inhibitor} balances {(drive == 0 ? "it" : $"a drive of {drive:g3}, and couplings drive it")}. An inhibitor ascends, so the potential must fall with its square: add a term like -gamma*{inhibitor}^2/2."
                ),
            };
        }

        ArgumentException NotHeld(string inhibitor, double curvature, string at) =>
            new(
                $"{where}: inhibitor '{inhibitor}' is not held back (its curvature is {curvature:g3}{at}). An inhibitor ascends, so the potential must fall with its square: add a term like -gamma*{inhibitor}^2/2."
            );

        ArgumentException Falls(int i, double at) =>
            new(
                $"{where}, neuron {i}: the response is not unique (bistable) or unstable: with the inhibitors answering, dH/du does not rise with u near u = {at:g3}. Change {Adjustable()} or add a load."
            );

        ArgumentException NoNumber(string at) =>
            new(
                $"{where}: the potential '{population.Neuron!.H}' has no curvature that is a number at {at}: it is not smooth there, or its formula overflows. Give it a box that leaves this out, or write it so that nothing overflows (softplus, logcosh, sigmoid)."
            );

        // What the slope depends on: for FitzHugh–Nagumo k and gamma, not a or tau.
        string Adjustable()
        {
            var slope = (equations.Eliminated is not null ? equations.Reduced : equations.Force(0) + equations.Force(1)).Derive(
                equations.X[0]
            );
            return string.Join(
                " or ",
                population.Neuron!.Parameters.Where(slope.Contains).Select(p => p.Name).DefaultIfEmpty("the potential")
            );
        }

        string Others(int i) =>
            string.Join(' ', equations.Uniforms.Where(s => s != equations.Loads[0]).Select(s => values.At(s, i).ToString("R")));
    }
}
