(* The theorems on the expected class radius, with no hypothesis on tails left.

   z ~ N(0, I_d) falls into one of finitely many disjoint classes; u_i(z) is the distance of z to
   the complement of the i-th class, so that u_i is 1-Lipschitz and nonnegative, {u_i > 0} is the
   (open) class, and r(z) = Sum_i u_i(z) is the class radius, of which at most one term is not 0.
   With the masses p_i = P[u_i > 0]:
     E r <= Sum_i f(p_i);
     E r <= gamma(||p||^2) if every p_i <= P = 0.9054005..., and so if ||p||^2 <= P^2;
     E r <= g(||p||^2) if every p_i <= p* = 0.2731182..., or if ||p||^2 <= s-hat;
     E r <= b + k ||p||^2 for every line b + k x above g on (0, max p].
   E is the expectation under N(0, I_d); the Gaussian isoperimetric inequality is proved in
   GaussianIsoperimetry. Disjointness is not needed. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold TalkTheorem.
From ClassRadius Require Import HalfspaceRadius.
From ClassRadius Require Import GaussianExpectation GaussianSpace GaussianIsoperimetry LayerCake.
Open Scope R_scope.

(* r(z) = Sum_i u_i(z). *)
Definition class_radius (d : nat) (us : list (space d -> R)) (z : space d) : R :=
  sum (map (fun u => u z) us).

(* What a distance to the complement of a set satisfies. *)
Definition distance_like (d : nat) (u : space d -> R) : Prop :=
  lipschitz d 1 u /\ forall z, 0 <= u z.

Lemma class_radius_lipschitz (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> lipschitz d 1 u) ->
  lipschitz d (INR (length us)) (class_radius d us).
Proof.
  unfold class_radius. induction us as [|u us IH]; intro H.
  - exact (lipschitz_constant d 0).
  - apply lipschitz_weaken with (1 + INR (length us)).
    + simpl length. rewrite S_INR. lra.
    + apply (lipschitz_sum d 1 (INR (length us)) u (fun z => sum (map (fun v => v z) us))).
      * apply H. now left.
      * apply IH. intros v V. apply H. now right.
Qed.

(* ---- Under any law with the isoperimetric constant L ---- *)

Section Laws.

Variables (d : nat) (E : (space d -> R) -> R) (L : R).
Hypothesis is_law : law d E.
Hypothesis L_pos : 0 < L.
Hypothesis constant : isoperimetric_law d E L.

Lemma law_class_radius (us : list (space d -> R)) :
  (forall u, In u us -> lipschitz d 1 u) -> E (class_radius d us) = sum (map E us).
Proof.
  assert (A := is_law). destruct A as [C [P _]]. induction us as [|u us IH]; intro H.
  - exact (C 0).
  - assert (H' : forall v, In v us -> lipschitz d 1 v) by (intros v V; apply H; now right).
    simpl. rewrite <- (IH H'). apply (P u (class_radius d us) 1 (INR (length us))).
    + apply H. now left.
    + now apply class_radius_lipschitz.
Qed.

(* E r <= L Sum_i f(p_i): the halfspaces of the same masses, one by one. *)
Theorem law_isoperimetric_theorem (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < law_mass d E u < 1) ->
  E (class_radius d us) <= L * sum_of integrated_tail (map (law_mass d E) us).
Proof.
  intro H. rewrite law_class_radius by (intros u U; now apply H).
  induction us as [|u us IH]; simpl; [lra|].
  destruct (H u (or_introl eq_refl)) as [[F P] M].
  assert (C := law_distance_le d E L u is_law L_pos constant F P M).
  specialize (IH (fun v V => H v (or_intror V))). lra.
Qed.

(* With masses at most b < 1 that satisfy A, a bound B of Sum_i f(p_i) is one of E r / L. *)
Lemma law_bound (us : list (space d -> R)) (A : R -> Prop) (b B : R) : b < 1 ->
  (forall u, In u us -> distance_like d u /\ A (law_mass d E u)) ->
  (forall x, In x (map (law_mass d E) us) -> A x -> 0 < x <= b) ->
  ((forall x, In x (map (law_mass d E) us) -> A x) ->
    sum_of integrated_tail (map (law_mass d E) us) <= B) ->
  E (class_radius d us) <= L * B.
Proof.
  intros Hb H M S. apply Rle_trans with (L * sum_of integrated_tail (map (law_mass d E) us)).
  - apply law_isoperimetric_theorem. intros u U. destruct (H u U) as [D X]. split; [exact D|].
    specialize (M _ (in_map (law_mass d E) us u U) X). lra.
  - apply Rmult_le_compat_l; [lra|]. apply S. intros x X. apply in_map_iff in X.
    destruct X as [u [<- U]]. now apply H.
Qed.

(* E r <= L gamma(||p||^2) if max p <= P. *)
Theorem law_talk_theorem (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < law_mass d E u <= talk_threshold) ->
  sum (map (law_mass d E) us) = 1 ->
  E (class_radius d us) <= L * gamma (collision (map (law_mass d E) us)).
Proof.
  intros H S. assert (B := talk_threshold_bounds).
  apply (law_bound us (fun x => 0 < x <= talk_threshold) talk_threshold); [lra|exact H|auto|].
  intro M. now apply sum_le_gamma.
Qed.

(* Nothing is assumed of p if ||p||^2 <= P^2. *)
Theorem law_talk_theorem_collision (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < law_mass d E u) ->
  sum (map (law_mass d E) us) = 1 ->
  collision (map (law_mass d E) us) <= talk_threshold ^ 2 ->
  E (class_radius d us) <= L * gamma (collision (map (law_mass d E) us)).
Proof.
  intros H S C. assert (B := talk_threshold_bounds).
  apply law_talk_theorem; [|exact S]. intros u U. split; [now apply H|].
  apply (masses_le_root (map (law_mass d E) us)); [lra| | |now apply in_map].
  - intros x X. apply in_map_iff in X. destruct X as [v [<- V]]. now apply H.
  - unfold collision in C. lra.
Qed.

(* E r <= L g(||p||^2) if max p <= p*, g(p) = f(p) / p the expected radius of a halfspace given its
   class. *)
Theorem law_sharp_theorem (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < law_mass d E u <= concavity_threshold) ->
  sum (map (law_mass d E) us) = 1 ->
  E (class_radius d us) <= L * halfspace_radius (collision (map (law_mass d E) us)).
Proof.
  intros H S. assert (B := concavity_threshold_bounds).
  apply (law_bound us (fun x => 0 < x <= concavity_threshold) concavity_threshold);
    [lra|exact H|auto|]. intro M. now apply sum_le_halfspace_radius.
Qed.

(* Nothing is assumed of p if ||p||^2 <= s-hat. *)
Theorem law_sharp_theorem_collision (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < law_mass d E u) ->
  sum (map (law_mass d E) us) = 1 ->
  collision (map (law_mass d E) us) <= assumption_free_threshold ->
  E (class_radius d us) <= L * halfspace_radius (collision (map (law_mass d E) us)).
Proof.
  intros H S C. assert (B := assumption_free_threshold_bounds).
  assert (P : forall x, In x (map (law_mass d E) us) -> 0 < x).
  { intros x X. apply in_map_iff in X. destruct X as [u [<- U]]. now apply H. }
  assert (M := masses_le_root _ (1 / 2) ltac:(lra) P ltac:(unfold collision in C; lra)).
  apply (law_bound us (fun x => 0 < x) (1 / 2)); [lra|exact H| |].
  - intros x X Hx. specialize (M x X). lra.
  - intros _. now apply sum_le_halfspace_radius_free.
Qed.

(* The least concave majorant of g on (0, max p], as the infimum over lines. *)
Theorem law_majorant_theorem (us : list (space d -> R)) (b k : R) :
  (forall u, In u us -> distance_like d u /\ 0 < law_mass d E u < 1 /\
    halfspace_radius (law_mass d E u) <= b + k * law_mass d E u) ->
  sum (map (law_mass d E) us) = 1 ->
  E (class_radius d us) <= L * (b + k * collision (map (law_mass d E) us)).
Proof.
  intros H S. apply Rle_trans with (L * sum_of integrated_tail (map (law_mass d E) us)).
  { apply law_isoperimetric_theorem. intros u U. split; now apply H. }
  apply Rmult_le_compat_l; [lra|].
  apply sum_le_line; [|exact S]. intros x X. apply in_map_iff in X. destruct X as [u [<- U]].
  destruct (H u U) as [_ [M K]]. split; [lra|exact K].
Qed.

End Laws.

(* ---- Under N(0, I_d), whose constant is 1 ---- *)

Lemma expect_class_radius (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> lipschitz d 1 u) ->
  expect d (class_radius d us) = sum (map (expect d) us).
Proof. exact (law_class_radius d (expect d) (gaussian_law d) us). Qed.

(* E r <= Sum_i f(p_i): the halfspaces of the same masses, one by one. *)
Theorem isoperimetric_theorem_unconditional (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u < 1) ->
  expect d (class_radius d us) <= sum_of integrated_tail (map (mass_positive d) us).
Proof.
  rewrite <- (Rmult_1_l (sum_of _ _)).
  exact (law_isoperimetric_theorem d (expect d) 1 (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) us).
Qed.

(* E r <= gamma(||p||^2) if max p <= P. *)
Theorem talk_theorem_unconditional (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u <= talk_threshold) ->
  sum (map (mass_positive d) us) = 1 ->
  expect d (class_radius d us) <= gamma (collision (map (mass_positive d) us)).
Proof.
  rewrite <- (Rmult_1_l (gamma _)).
  exact (law_talk_theorem d (expect d) 1 (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) us).
Qed.

(* Nothing is assumed of p if ||p||^2 <= P^2. *)
Theorem talk_theorem_collision (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u) ->
  sum (map (mass_positive d) us) = 1 ->
  collision (map (mass_positive d) us) <= talk_threshold ^ 2 ->
  expect d (class_radius d us) <= gamma (collision (map (mass_positive d) us)).
Proof.
  rewrite <- (Rmult_1_l (gamma _)).
  exact (law_talk_theorem_collision d (expect d) 1 (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) us).
Qed.

(* E r <= g(||p||^2) if max p <= p*, g(p) = f(p) / p the expected radius of a halfspace given its
   class. *)
Theorem sharp_theorem_unconditional (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u <= concavity_threshold) ->
  sum (map (mass_positive d) us) = 1 ->
  expect d (class_radius d us) <= halfspace_radius (collision (map (mass_positive d) us)).
Proof.
  rewrite <- (Rmult_1_l (halfspace_radius _)).
  exact (law_sharp_theorem d (expect d) 1 (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) us).
Qed.

(* Nothing is assumed of p if ||p||^2 <= s-hat. *)
Theorem sharp_theorem_collision (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u) ->
  sum (map (mass_positive d) us) = 1 ->
  collision (map (mass_positive d) us) <= assumption_free_threshold ->
  expect d (class_radius d us) <= halfspace_radius (collision (map (mass_positive d) us)).
Proof.
  rewrite <- (Rmult_1_l (halfspace_radius _)).
  exact (law_sharp_theorem_collision d (expect d) 1 (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) us).
Qed.

(* The least concave majorant of g on (0, max p], as the infimum over lines. *)
Theorem majorant_theorem (d : nat) (us : list (space d -> R)) (b k : R) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u < 1 /\
    halfspace_radius (mass_positive d u) <= b + k * mass_positive d u) ->
  sum (map (mass_positive d) us) = 1 ->
  expect d (class_radius d us) <= b + k * collision (map (mass_positive d) us).
Proof.
  rewrite <- (Rmult_1_l (b + k * _)).
  exact (law_majorant_theorem d (expect d) 1 (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) us b k).
Qed.
