using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>ngspice as a relaxer: every lane a circuit of its own in one netlist, its settled voltages the rest state.</summary>
/// <remarks>
/// What learning sees of the physics is these voltages alone. Inputs and nudges are currents. Whether the circuit is settled is judged by the
/// equations' residual at its voltages; an unsettled one goes on, four times as long.
/// </remarks>
/// <param name="circuit">How the circuit is built.</param>
/// <param name="settle">When it is settled.</param>
/// <param name="ngspice">The simulator.</param>
internal sealed class NgspiceRelaxer(CircuitOptions circuit, SettleOptions settle, Ngspice ngspice) : IRelaxer
{
    private readonly CircuitOptions _circuit = circuit with { Inputs = Inputs.Currents };
    private readonly Lock _gate = new();

    /// <summary>Seconds of ngspice so far, all threads together.</summary>
    public double Seconds { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Not in double: voltages are read to more digits than float has.</exception>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        machine is Machine<double> m && state is State<double> s
            ? Relax(m, s)
            : throw new NotSupportedException("ngspice relaxes machines of double only.");

    private RelaxationReport Relax(Machine<double> machine, State<double> s)
    {
        var ws = s.Workspace;
        using var full = machine.CreateState(s.Lanes, allFields: true);
        full.CopyFrom(s, 0);
        machine.FillInhibitors(full, ws);
        double time = 0,
            residual = double.NaN;
        int above = s.Lanes,
            runs = settle.Repeat(settle.Duration, Run);
        new FieldVector<double>(machine, s).Copy(full, s);
        return new("ngspice", runs, residual, above, time);

        bool Run(double duration)
        {
            var built = CircuitBuilder.Build("samples", machine, full, _circuit);
            var run = ngspice.Run(built, Transient.Settling(duration) with { Tolerance = settle.StepTolerance });
            built.Read(run.Result.Last, full);
            time += duration;
            lock (_gate)
                Seconds += run.Seconds;
            machine.FullResidual(full, ws);
            (residual, above) = BlockSweeps.Judge(full, settle.Tolerance);
            return above == 0;
        }
    }
}
